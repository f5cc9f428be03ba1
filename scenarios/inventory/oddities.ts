import { type ImportNote, nodesText } from './import-note.ts';

/** What the import may find odd about a node. */
export type Oddity =
  | 'noBootId'
  | 'oddBootId'
  | 'noKey'
  | 'unknownAddressType'
  | 'severalAddresses'
  | 'noIpv6InternalIp'
  | 'noCiliumInternalIp'
  | 'noPodCidr'
  | 'pooledPodCidr'
  | 'severalPodCidrs';

interface OddityNote {
  readonly oddity: Oddity;
  readonly level: ImportNote['level'];
  readonly path: string;
  readonly message: (nodes: string) => string;
}

const addresses = 'spec.addresses';
const podCidrs = 'spec.ipam.podCIDRs';

/** In the order in which they are told: what is risky first. */
const oddityNotes: readonly OddityNote[] = [
  {
    oddity: 'noKey',
    level: 'warning',
    path: 'spec.encryption.key',
    message: (nodes) => `no key ID on ${nodes}: peers send to it without encryption`,
  },
  {
    oddity: 'oddBootId',
    level: 'warning',
    path: 'spec.bootid',
    message: (nodes) => `the boot ID of ${nodes} is not what a kernel makes: agents may refuse it`,
  },
  {
    oddity: 'noIpv6InternalIp',
    level: 'warning',
    path: addresses,
    message: (nodes) => `no IPv6 InternalIP on ${nodes}, though IPv6 is enabled: one is made up`,
  },
  {
    oddity: 'noBootId',
    level: 'assumed',
    path: 'spec.bootid',
    message: (nodes) => `no boot ID on ${nodes}: drawn from the seed`,
  },
  {
    oddity: 'noPodCidr',
    level: 'assumed',
    path: podCidrs,
    message: (nodes) => `a pod CIDR is missing on ${nodes}: one is made up`,
  },
  {
    oddity: 'noCiliumInternalIp',
    level: 'assumed',
    path: addresses,
    message: (nodes) =>
      `a CiliumInternalIP is missing on ${nodes}: the first address of the pod CIDR is taken`,
  },
  {
    oddity: 'pooledPodCidr',
    level: 'assumed',
    path: 'spec.ipam.pools',
    message: (nodes) => `no podCIDRs on ${nodes}: the first prefix of its pools is taken`,
  },
  {
    oddity: 'severalPodCidrs',
    level: 'assumed',
    path: podCidrs,
    message: (nodes) => `several pod CIDRs of one family on ${nodes}: the first is taken`,
  },
  {
    oddity: 'severalAddresses',
    level: 'assumed',
    path: addresses,
    message: (nodes) => `several addresses of one type and family on ${nodes}: the first is taken`,
  },
  {
    oddity: 'unknownAddressType',
    level: 'notUnderstood',
    path: addresses,
    message: (nodes) => `addresses of an unknown type on ${nodes}, left out`,
  },
];

/** One note for each oddity, however many nodes have it. */
export function oddityNotesOf(
  nodes: readonly { readonly name: string; readonly oddities: readonly Oddity[] }[],
  file: string,
): readonly ImportNote[] {
  return oddityNotes.flatMap(({ oddity, level, path, message }) => {
    const names = nodes.filter(({ oddities }) => oddities.includes(oddity)).map(({ name }) => name);
    return names.length === 0 ? [] : [{ level, message: message(nodesText(names)), file, path }];
  });
}

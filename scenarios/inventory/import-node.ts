import { type Address, parseAddress, parsePrefix, type Prefix } from '../../model/address.ts';
import type { InputError } from '../input-error.ts';
import type { CiliumNode, CiliumNodeAt } from './cilium-nodes.ts';
import type { FamilyName, FamilyTexts, InventoryNode } from './inventory.ts';
import type { Oddity } from './oddities.ts';
import { type DocumentPath, problemAt, shown, type SourceDocument } from './source-document.ts';
import { assumedInternalIpv6, assumedPodCidr, firstAddress } from './stand-ins.ts';

/** What the nodes of a cluster have in common. */
export interface NodeContext {
  readonly document: SourceDocument;
  readonly clusterId: number;
  readonly families: readonly FamilyName[];
}

export interface ImportedNode {
  readonly node: InventoryNode;
  /** The key ID that the node advertises; 0 for none. */
  readonly keyId: number;
  readonly oddities: readonly Oddity[];
  readonly errors: readonly InputError[];
}

/** A CiliumNode as the inventory has it, what is odd about it, and why it cannot be used. */
export function importNode(at: CiliumNodeAt, index: number, context: NodeContext): ImportedNode {
  const draft = newDraft();
  readAddresses(draft, at, context.document);
  readPodCidrs(draft, at, context.document);
  if (draft.errors.length === 0) {
    refuseWithoutIpv4(draft, at, context.document);
    fillIn(draft, index, context);
  }
  const { name } = at.node.metadata;
  const { internalIp, ciliumInternalIp, podCidr, oddities, errors } = draft;
  const keyId = readKeyId(draft, at.node);
  const bootId = readBootId(draft, at.node);
  const node = { name, internalIp, ciliumInternalIp, podCidr, bootId };
  return { node, keyId, oddities, errors };
}

type Texts = { -readonly [Family in keyof FamilyTexts]: FamilyTexts[Family] };

/** A node as far as it is read. */
interface Draft {
  readonly internalIp: Texts;
  readonly ciliumInternalIp: Texts;
  readonly podCidr: Texts;
  readonly oddities: Oddity[];
  readonly errors: InputError[];
}

function newDraft(): Draft {
  const none = (): Texts => ({ ipv4: undefined, ipv6: undefined });
  return {
    internalIp: none(),
    ciliumInternalIp: none(),
    podCidr: none(),
    oddities: [],
    errors: [],
  };
}

/** The address types of cilium, pkg/node/addressing/addresstype.go, that the inventory leaves out. */
const otherAddressTypes: readonly string[] = [
  'Hostname',
  'ExternalIP',
  'InternalDNS',
  'ExternalDNS',
];

function readAddresses(draft: Draft, { node, path }: CiliumNodeAt, document: SourceDocument): void {
  node.spec.addresses.forEach(({ ip, type }, index) => {
    const texts = textsOfType(draft, type ?? '');
    if (texts === undefined) {
      if (!otherAddressTypes.includes(type ?? '')) addOnce(draft, 'unknownAddressType');
      return;
    }
    const address = parseAddress(ip ?? '');
    if (address !== undefined) {
      keepFirst(draft, texts, { address, text: address.text, oddity: 'severalAddresses' });
      return;
    }
    const ipPath = [...path, 'spec', 'addresses', index, 'ip'];
    draft.errors.push(badText(document, ipPath, { text: ip, expected: 'an IP address' }));
  });
}

function textsOfType(draft: Draft, type: string): Texts | undefined {
  if (type === 'InternalIP') return draft.internalIp;
  return type === 'CiliumInternalIP' ? draft.ciliumInternalIp : undefined;
}

interface Candidate {
  readonly address: Address;
  readonly text: string;
  /** What it is that a family has more than one. */
  readonly oddity: Oddity;
}

function keepFirst(draft: Draft, texts: Texts, { address, text, oddity }: Candidate): void {
  const family = address.family === 4 ? 'ipv4' : 'ipv6';
  if (texts[family] === undefined) texts[family] = text;
  else if (texts[family] !== text) addOnce(draft, oddity);
}

function addOnce(draft: Draft, oddity: Oddity): void {
  if (!draft.oddities.includes(oddity)) draft.oddities.push(oddity);
}

/** `spec.ipam.podCIDRs`; with multi-pool IPAM that is empty, and the pools have the prefixes. */
function readPodCidrs(draft: Draft, { node, path }: CiliumNodeAt, document: SourceDocument): void {
  const own = node.spec.ipam?.podCIDRs ?? [];
  const pools = node.spec.ipam?.pools?.allocated ?? [];
  const pooled = pools.flatMap(({ cidrs }) => cidrs);
  if (own.length === 0 && pooled.length > 0) addOnce(draft, 'pooledPodCidr');
  const under = own.length > 0 ? ['podCIDRs'] : ['pools', 'allocated'];
  for (const text of own.length > 0 ? own : pooled) {
    const cidr = parsePrefix(text);
    if (cidr === undefined) {
      const cidrPath = [...path, 'spec', 'ipam', ...under];
      draft.errors.push(badText(document, cidrPath, { text, expected: 'a prefix' }));
      continue;
    }
    const candidate = { address: cidr.address, text: prefixText(cidr) };
    keepFirst(draft, draft.podCidr, { ...candidate, oddity: 'severalPodCidrs' });
  }
}

function prefixText(cidr: Prefix): string {
  return `${cidr.address.text}/${cidr.length}`;
}

function badText(
  document: SourceDocument,
  path: DocumentPath,
  { text, expected }: { readonly text: string | null | undefined; readonly expected: string },
): InputError {
  const message =
    text === undefined || text === null ? 'the IP is missing' : `${shown(text)} is not ${expected}`;
  return problemAt(document, { code: 'BAD_ADDRESS', message, path, expected });
}

function readKeyId(draft: Draft, node: CiliumNode): number {
  const keyId = node.spec.encryption?.key ?? 0;
  if (keyId === 0) draft.oddities.push('noKey');
  return keyId;
}

/** The kernel's boot ID: /proc/sys/kernel/random/boot_id. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readBootId(draft: Draft, node: CiliumNode): string | undefined {
  const bootId = node.spec.bootid ?? '';
  if (bootId === '') draft.oddities.push('noBootId');
  else if (!uuid.test(bootId)) draft.oddities.push('oddBootId');
  return bootId === '' ? undefined : bootId;
}

function refuseWithoutIpv4(
  draft: Draft,
  { node, path }: CiliumNodeAt,
  document: SourceDocument,
): void {
  if (draft.internalIp.ipv4 !== undefined) return;
  const message = `node ${node.metadata.name} has no IPv4 InternalIP, and Cilium does not support IPsec with IPv6 alone`;
  draft.errors.push(
    problemAt(document, {
      code: 'NO_IPV4',
      message,
      path: [...path, 'spec', 'addresses'],
      expected: 'an address of the type InternalIP',
    }),
  );
}

/** Gives the node stand-ins for what it lacks, and the rehearsal needs. */
function fillIn(draft: Draft, index: number, { clusterId, families }: NodeContext): void {
  for (const family of families) {
    if (draft.podCidr[family] === undefined) {
      draft.podCidr[family] = prefixText(assumedPodCidr(family, clusterId, index));
      addOnce(draft, 'noPodCidr');
    }
    if (draft.ciliumInternalIp[family] === undefined) {
      draft.ciliumInternalIp[family] = firstAddress(draft.podCidr[family]).text;
      addOnce(draft, 'noCiliumInternalIp');
    }
  }
  if (families.includes('ipv6') && draft.internalIp.ipv6 === undefined) {
    draft.internalIp.ipv6 = assumedInternalIpv6(clusterId, index).text;
    addOnce(draft, 'noIpv6InternalIp');
  }
}

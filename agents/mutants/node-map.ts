import type { Address } from '../../model/address.ts';
import {
  type AgentInput,
  nodeAddresses,
  type NodeName,
  type Operation,
} from '../../model/agent/index.ts';
import { intercepted, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

type NodeMapUpdate = Extract<Operation, { kind: 'nodeMapUpdate' }>;

/** Mutants that have single entries of their node map wrong, most of them for a while only. */
export const nodeMapMutants: readonly Mutant[] = [
  {
    name: 'renumbers-router-ips',
    sentence:
      'Gives the router IP of a node another ID when the key ID of the node is new, until the background sync comes to that node.',
    source: 'Breaks the rule that a node keeps its ID; akin to cilium/cilium#27029',
    onlySeenBy: 'no-in-no-states',
    make: withNewKeyIds(renumbered),
  },
  {
    name: 'unmaps-router-ips',
    sentence:
      'Takes the router IP of a node out of its node map when the key ID of the node is new, and maps it again when the background sync comes to that node.',
    source: 'Breaks the rule that an entry is replaced at one stroke',
    onlySeenBy: 'node-ids-known',
    make: withNewKeyIds(({ address }) => ({ kind: 'nodeMapDelete', address })),
  },
  {
    name: 'maps-no-router-ips-of-newcomers',
    sentence: 'Does not map the router IP of a node that it hears of while it runs.',
    source: 'Breaks the rule that all addresses of a node are mapped',
    onlySeenBy: 'converges',
    make: intercepted(() => {
      const known = new Set<NodeName>();
      const unmapped = new Set<Address | undefined>();
      return {
        input(input) {
          if (input.kind === 'start') for (const { name } of input.start.nodes) known.add(name);
          if (input.kind === 'nodeUpsert' && !known.has(input.node.name)) {
            const { ciliumInternalIp } = input.node;
            unmapped.add(ciliumInternalIp[4]).add(ciliumInternalIp[6]);
          }
          return input;
        },
        *operation(operation) {
          const leftOut = operation.kind === 'nodeMapUpdate' && unmapped.has(operation.address);
          return leftOut ? pretendedSuccess : yield operation;
        },
      };
    }),
  },
  {
    name: 'numbers-node-ipv6-apart',
    sentence:
      'Gives the IPv6 address of a node itself, from which no packet comes, an ID of its own.',
    source: 'Breaks the rule that a node has one ID; akin to cilium/cilium#26114',
    onlySeenBy: 'node-ids-bijective',
    make: intercepted(() => {
      const nodeIps = new Set<Address | undefined>();
      return {
        input(input) {
          if (input.kind === 'nodeUpsert') nodeIps.add(input.node.internalIp[6]);
          if (input.kind === 'start') {
            for (const { internalIp } of input.start.nodes) nodeIps.add(internalIp[6]);
          }
          return withAgreedIds(input);
        },
        *operation(operation) {
          if (operation.kind !== 'nodeMapUpdate') return yield operation;
          return yield nodeIps.has(operation.address) ? renumbered(operation) : operation;
        },
      };
    }),
  },
];

/** What is done instead with the router IP of a known node whose record has a new key ID. */
function withNewKeyIds(instead: (update: NodeMapUpdate) => Operation): Mutant['make'] {
  return intercepted(() => {
    const keyIds = new Map<Address, number>();
    return {
      input: withAgreedIds,
      *operation(operation, input) {
        if (operation.kind !== 'nodeMapUpdate') return yield operation;
        const { address, keyId } = operation;
        const before = keyIds.get(address) ?? keyId;
        keyIds.set(address, keyId);
        if (before === keyId || input.kind !== 'nodeUpsert') return yield operation;
        const isRouter = input.node.ciliumInternalIp[address.family] === address;
        return yield isRouter ? instead(operation) : operation;
      },
    };
  });
}

/**
 * A start that finds all addresses of a node with the ID of its IPv4 address, as an agent would that
 * had this one thing wrong in what it writes: else it would number such nodes anew.
 */
function withAgreedIds(input: AgentInput): AgentInput {
  if (input.kind !== 'start') return input;
  const { start } = input;
  const nodeMap = new Map(start.nodeMap);
  for (const node of [...start.checkpoint, ...start.nodes]) {
    const own = node.internalIp[4] && nodeMap.get(node.internalIp[4]);
    if (own === undefined) continue;
    for (const address of nodeAddresses(node)) {
      const entry = nodeMap.get(address);
      if (entry !== undefined) nodeMap.set(address, { ...entry, nodeId: own.nodeId });
    }
  }
  return { ...input, start: { ...start, nodeMap } };
}

function renumbered(update: NodeMapUpdate): NodeMapUpdate {
  return { ...update, nodeId: (update.nodeId % 65_535) + 1 };
}

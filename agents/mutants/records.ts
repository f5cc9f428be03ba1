import { type Address, addressOfWords } from '../../model/address.ts';
import type { AgentInput, NodeName, NodeRecord, Operation } from '../../model/agent/index.ts';
import { makeCiliumAgent } from '../agent-maker.ts';
import { doAll, intercepted } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that tell their peers something wrong, or do not listen to them. */
export const recordMutants: readonly Mutant[] = [
  {
    name: 'publishes-empty-boot-id-at-restart',
    sentence: 'Publishes its node without a boot ID when it restarts, and adds it a while later.',
    source: 'https://github.com/cilium/cilium/issues/33881',
    onlySeenBy: 'no-number-twice',
    make: intercepted(() => {
      let restarted = false;
      let owed: Operation | undefined = undefined;
      return {
        input: (input) => {
          restarted ||= isRestart(input);
          return input;
        },
        *operation(operation, input) {
          if (operation.kind !== 'publish') return yield operation;
          owed = undefined; // what it publishes now is newer
          if (!restarted || input.kind !== 'start') return yield operation;
          owed = operation;
          return yield { ...operation, instead: { bootId: '' } };
        },
        *afterwards(input) {
          if (owed === undefined || input.kind !== 'timer') return;
          yield* doAll(owed);
          owed = undefined;
        },
      };
    }),
  },
  {
    name: 'publishes-short-boot-id-at-restart',
    sentence: 'Publishes a boot ID of 8 characters when it restarts.',
    source: 'https://github.com/cilium/cilium/issues/39059',
    make: intercepted(() => {
      let restarted = false;
      return {
        input: (input) => {
          restarted ||= isRestart(input);
          return input;
        },
        *operation(operation) {
          const corrupts = operation.kind === 'publish' && restarted;
          return yield corrupts ? { ...operation, instead: { bootId: 'deadbeef' } } : operation;
        },
      };
    }),
  },
  {
    name: 'ignores-boot-id-changes',
    sentence: 'Takes a node record in which only the boot ID is new for no news.',
    source: 'https://github.com/cilium/cilium/issues/25492',
    make: deafTo((known, record) => known.bootId !== record.bootId && sameAddresses(known, record)),
  },
  {
    name: 'ignores-address-changes',
    sentence: 'Takes a node record in which only addresses are new for no news.',
    source: 'https://github.com/cilium/cilium/issues/15406',
    make: deafTo(
      (known, record) => known.bootId === record.bootId && !sameAddresses(known, record),
    ),
  },
  {
    name: 'ignores-node-deletes',
    sentence: 'Leaves a node that was deleted in place: another source is said to own it.',
    source: 'https://github.com/cilium/cilium/issues/7805',
    make: intercepted(() => ({
      input: (input) => (input.kind === 'nodeDelete' ? undefined : input),
    })),
  },
  {
    name: 'forgets-checkpoint',
    sentence: 'Does not know, after a restart, which nodes it had known before.',
    source: 'https://github.com/cilium/cilium/issues/33278',
    make: intercepted(() => ({
      input: (input) =>
        input.kind === 'start' ? { ...input, start: { ...input.start, checkpoint: [] } } : input,
    })),
  },
  {
    name: 'ignores-key-id-of-known-nodes',
    sentence: 'Leaves the entry of its node map as it is when only the key ID of the node is new.',
    source: 'https://github.com/cilium/cilium/issues/7553',
    make: intercepted(() => {
      const keyIds = new Map<Address, number>();
      return {
        *operation(operation) {
          if (operation.kind === 'nodeMapDelete') keyIds.delete(operation.address);
          if (operation.kind !== 'nodeMapUpdate') return yield operation;
          const keyId = keyIds.get(operation.address) ?? operation.keyId;
          keyIds.set(operation.address, keyId);
          return yield { ...operation, keyId };
        },
      };
    }),
  },
  {
    name: 'changes-router-ip-at-restart',
    sentence:
      'Takes a new router IP when it restarts, and publishes it before it has states for it.',
    source: 'https://github.com/cilium/cilium/issues/28012',
    make: (environment) => {
      const local: { -readonly [Key in keyof NodeRecord]: NodeRecord[Key] } = {
        ...environment.local,
      };
      let moved = false;
      const made = intercepted(
        () => ({
          input: (input) => {
            if (isRestart(input)) {
              moved = true;
              local.ciliumInternalIp = movedBy(local.ciliumInternalIp, 1);
            }
            return input;
          },
          *operation(operation, input) {
            const { ciliumInternalIp } = local;
            const instead = { ciliumInternalIp };
            if (moved && operation.kind === 'publish') return yield { ...operation, instead };
            const result = yield operation;
            if (moved && operation.kind === 'keyLoaded' && input.kind === 'start') {
              yield { kind: 'publish', keyId: operation.keyId, instead };
            }
            return result;
          },
        }),
        (inner) => makeCiliumAgent({ ...inner, local }),
      );
      return made(environment);
    },
  },
  {
    name: 'encapsulates-with-node-ips',
    sentence: "Takes the nodes' own addresses for the ends of its tunnels, not their router IPs.",
    source: 'https://github.com/cilium/cilium/issues/25724',
    make: intercepted(
      () => {
        const routers = new Map<Address, Address>();
        const noted = (node: NodeRecord): NodeRecord => {
          for (const family of [4, 6] as const) {
            const [own, router] = [node.internalIp[family], node.ciliumInternalIp[family]];
            if (own !== undefined && router !== undefined) routers.set(own, router);
          }
          return withNodeIps(node);
        };
        return {
          input(input) {
            if (input.kind === 'nodeUpsert') return { ...input, node: noted(input.node) };
            if (input.kind !== 'start') return input;
            return { ...input, start: { ...input.start, nodes: input.start.nodes.map(noted) } };
          },
          *operation(operation) {
            // It has no tunnel to a router IP, but knows all the same whose it is.
            const router =
              operation.kind === 'nodeMapUpdate' ? routers.get(operation.address) : undefined;
            if (router !== undefined && operation.kind === 'nodeMapUpdate') {
              yield { ...operation, address: router };
            }
            return yield operation;
          },
        };
      },
      (environment) => makeCiliumAgent({ ...environment, local: withNodeIps(environment.local) }),
    ),
  },
  {
    name: 'refuses-ipv6-states',
    sentence: 'Cannot install a state of IPv6.',
    source:
      'cilium: pkg/datapath/linux/ipsec.go, enableIPsec (v1.16): the flag of a reboot is cleared only if both families succeed',
    make: intercepted(() => ({
      *operation(operation) {
        const refused = operation.kind === 'xfrmStateAdd' && operation.state.source.family === 6;
        return refused ? { errno: 'EINVAL' } : yield operation;
      },
    })),
  },
];

/** A start that finds what an earlier process has left in the pinned maps. */
function isRestart(input: AgentInput): boolean {
  if (input.kind !== 'start') return false;
  for (const entry of input.start.nodeMap) return entry !== undefined;
  return false;
}

/** An agent that does not hear news of this kind. */
function deafTo(isNoNews: (known: NodeRecord, record: NodeRecord) => boolean): Mutant['make'] {
  return intercepted(() => {
    const known = new Map<NodeName, NodeRecord>();
    return {
      input(input) {
        if (input.kind === 'start') {
          for (const node of input.start.nodes) known.set(node.name, node);
        }
        if (input.kind === 'nodeDelete') known.delete(input.name);
        if (input.kind !== 'nodeUpsert') return input;
        const before = known.get(input.node.name);
        if (before?.keyId === input.node.keyId && isNoNews(before, input.node)) return undefined;
        known.set(input.node.name, input.node);
        return input;
      },
    };
  });
}

function sameAddresses(one: NodeRecord, other: NodeRecord): boolean {
  return ([4, 6] as const).every(
    (family) =>
      one.internalIp[family] === other.internalIp[family] &&
      one.ciliumInternalIp[family] === other.ciliumInternalIp[family],
  );
}

function withNodeIps(record: NodeRecord): NodeRecord {
  return { ...record, ciliumInternalIp: record.internalIp };
}

/** Addresses moved on by a number, within their last word. */
function movedBy(
  addresses: NodeRecord['ciliumInternalIp'],
  by: number,
): NodeRecord['ciliumInternalIp'] {
  const moved = ([4, 6] as const).flatMap((family) => {
    const words = [...(addresses[family]?.words ?? [])];
    const last = words.pop();
    return last === undefined ? [] : [[family, addressOfWords([...words, last + by])] as const];
  });
  return Object.fromEntries(moved);
}

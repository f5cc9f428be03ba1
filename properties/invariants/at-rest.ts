import { agentProfiles } from '../../model/agent/index.ts';
import type { KeyHandle, XfrmState } from '../../model/xfrm/index.ts';
import { fateNumber, isBlameless, packetFates } from '../../sim/index.ts';
import { ByTunnel } from './by-tunnel.ts';
import type { Invariant, Subject } from './invariant.ts';
import { areSettled } from './losses.ts';

const twoTo32 = 0x1_0000_0000;

/** The nodes that are well now. */
function wellNodes({ look, trace }: Subject): readonly number[] {
  return [...trace.names.nodes.keys()].filter((node) => look.isWell(node));
}

/**
 * A key file that is replaced while an agent starts is missed: its watcher comes after its first load
 * and install (cilium: pkg/datapath/linux/ipsec/cell.go, `keyCustodian.Start`; inferred). The agent of
 * such a node keeps the key before until the next file, and its peers' agents may have reclaimed it.
 */
function missesFile({ look, isUndisturbed }: Subject, node: number): boolean {
  return !isUndisturbed(node) && look.missesKeyFile(node);
}

/** What nodes that missed a file are left with: an agent that waits for all nodes keeps these keys for them. */
function keysOfThoseLeft(subject: Subject): ReadonlySet<number> {
  const left = wellNodes(subject).filter((node) => missesFile(subject, node));
  return new Set(left.map((node) => subject.look.loadedKeyId(node)));
}

/**
 * A node that leaves is forgotten before its states are deleted, one by one: an agent that ends in the
 * middle leaves the rest, and the next one knows nothing of it (cilium: pkg/node/manager/manager.go,
 * `NodeDeleted`; inferred). One that left while the agent was down is deleted at the end of the next
 * start, and an agent that ends before leaves all of it: its checkpoint has the nodes that are there
 * (`checkpoint`), not those of the checkpoint before (`restoreNodeCheckpoint`).
 */
function mayKeepStates({ history, premises }: Subject, node: number, departed: number): boolean {
  const toldAt = history.peerDeletedAt(node, departed);
  const { agentStops } = history.node(node);
  const isCutShort =
    toldAt === undefined ? agentStops.length > 1 : agentStops.some((at) => at >= toldAt);
  return isCutShort || premises.mayMiss(node, departed);
}

/** An invariant about the end of runs that come to rest. */
function atRest(
  rule: Pick<Invariant, 'id' | 'sentence' | 'source'>,
  check: (subject: Subject, fault: (what: string) => void) => void,
): Invariant {
  return {
    ...rule,
    kind: 'eventually',
    watch: (subject, note) => (endedAt) => {
      if (endedAt < subject.premises.restsFrom) return;
      check(subject, (what) => {
        note(endedAt, what);
      });
    },
  };
}

const equalKeys = atRest(
  {
    id: 'equal-keys',
    sentence: 'Two states with equal source, destination and SPI on two nodes have equal keys.',
    source: "Cilium's CI: .github/actions/ipsec-key-rotate, dump-xfrm of both ends",
  },
  (subject, fault) => {
    const { look, nameOf, premises } = subject;
    if (premises.hasOddSecret) return;
    const known = new ByTunnel<{ readonly key: number; readonly node: number }>();
    for (const node of wellNodes(subject)) {
      for (const state of look.states(node)) {
        const { source, destination, spi, key } = state;
        const { key: other = key, node: owner = node } = known.get(state, spi) ?? {};
        // Peers with the next key make none of the key before for a new boot of a node that was left.
        const isExcused = (): boolean =>
          premises.mayMiss(owner, node) ||
          premises.mayMiss(node, owner) ||
          missesFile(subject, owner) ||
          missesFile(subject, node);
        if (other !== key && !isExcused())
          fault(
            `${source.text} -> ${destination.text}, SPI ${spi}: ${nameOf(owner)} and ${nameOf(node)} have different keys`,
          );
        known.set(state, spi, { key, node });
      }
    }
  },
);

const nodeIds = atRest(
  {
    id: 'node-ids-bijective',
    sentence:
      'On every node, a peer has one node ID for all its addresses, and no two peers have the same.',
    source: 'Cilium: pkg/datapath/linux/node_ids.go, allocateIDForNode',
  },
  (subject, fault) => {
    const { look, nameOf } = subject;
    for (const node of wellNodes(subject)) {
      const idOf = new Map<number, number>();
      const peerOf = new Map<number, number>();
      for (const [address, { nodeId }] of look.nodeMap(node)) {
        const peer = look.ownerOf(address);
        if (peer === node || peer < 0) continue;
        const id = idOf.get(peer) ?? nodeId;
        const owner = peerOf.get(nodeId) ?? peer;
        if (id !== nodeId)
          fault(`${nameOf(node)} gives ${nameOf(peer)} the node IDs ${id} and ${nodeId}`);
        if (owner !== peer || nodeId === 0)
          fault(`${nameOf(node)} gives ${nameOf(peer)} and ${nameOf(owner)} the node ID ${nodeId}`);
        idOf.set(peer, nodeId);
        peerOf.set(nodeId, peer);
      }
    }
  },
);

const residue = atRest(
  {
    id: 'no-residue',
    sentence:
      'At rest, no state, policy or node map entry of a replaced key or a departed node is left.',
    source:
      'Cilium: deleteStaleXfrmStates, deleteStaleXfrmPolicies; pkg/datapath/linux/node.go, nodeDelete',
  },
  (subject, fault) => {
    const { look, nameOf } = subject;
    const kept = keysOfThoseLeft(subject);
    for (const node of wellNodes(subject)) {
      const current = look.loadedKeyId(node);
      for (const { spi, source, destination } of look.states(node)) {
        if (spi !== current && !kept.has(spi))
          fault(`${nameOf(node)} has a state of key ${spi}, and uses ${current}`);
        for (const address of [source, destination]) {
          const peer = look.ownerOf(address);
          if (peer >= 0 && !look.isMember(peer) && !mayKeepStates(subject, node, peer))
            fault(`${nameOf(node)} has a state for ${nameOf(peer)}, which has left`);
        }
      }
      for (const { direction, mark, action } of look.policies(node)) {
        if (direction !== 'out' || action === 'block') continue;
        const keyId = (mark.value >>> 12) & 0xf;
        if (keyId !== current && !kept.has(keyId))
          fault(`${nameOf(node)} has an OUT policy of key ${keyId}, and uses ${current}`);
      }
    }
  },
);

const keyCounts = atRest(
  {
    id: 'key-counts',
    sentence: 'At rest, a node shows two keys in use for each peer and family.',
    source:
      'Cilium: Documentation/security/network/encryption-ipsec.rst, Keys in use (CLI: encrypt status)',
  },
  (subject, fault) => {
    const { look, nameOf, premises, scenario, trace } = subject;
    const [cluster] = scenario.clusters;
    // States of an address that a node no longer has stay until the node, or their key, goes.
    if (premises.hasMixedAgents || keysOfThoseLeft(subject).size > 0) return;
    if (cluster === undefined || !/^\d+\+/.test(cluster.secret)) return;
    const overlay =
      cluster.routing === 'tunnel' &&
      agentProfiles[cluster.release].overlayStates === 'inTunnelMode';
    const families = cluster.settings.families.length + (overlay ? 1 : 0);
    const members = [...trace.names.nodes.keys()].filter((node) => look.isMember(node));
    if (wellNodes(subject).length < members.length) return;
    const departed = [...trace.names.nodes.keys()].filter((node) => !look.isMember(node));
    for (const node of members) {
      if (departed.some((peer) => mayKeepStates(subject, node, peer))) continue;
      const expected = 2 * (members.length - 1) * families;
      const found = look.keysInUse(node);
      if (found !== expected) fault(`${nameOf(node)} shows ${found} keys in use, not ${expected}`);
    }
  },
);

const maps = atRest(
  {
    id: 'uses-the-newest-key',
    sentence: 'At rest, a node encrypts with the key that it has loaded, and no other.',
    source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, keyfileWatcher, step 5',
  },
  (subject, fault) => {
    const { look, nameOf } = subject;
    const kept = keysOfThoseLeft(subject);
    for (const node of wellNodes(subject)) {
      const [used, loaded] = [look.encryptKeyId(node), look.loadedKeyId(node)];
      if (used !== loaded && !kept.has(used))
        fault(`${nameOf(node)} encrypts with key ${used}, and has loaded ${loaded}`);
    }
  },
);

const dropPolicy = atRest(
  {
    id: 'drops-rather-than-leaks',
    sentence:
      'Every node has, in each family, the policy that drops what is marked for encryption and has no other.',
    source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, IPsecDefaultDropPolicy',
  },
  (subject, fault) => {
    const { look, nameOf, scenario } = subject;
    const families = Math.min(...scenario.clusters.map(({ settings }) => settings.families.length));
    for (const node of wellNodes(subject)) {
      const blocks = [...look.policies(node)].filter(
        ({ direction, action }) => direction === 'out' && action === 'block',
      ).length;
      if (blocks < families)
        fault(`${nameOf(node)} has ${blocks} default-drop policies, not ${families}`);
    }
  },
);

const converges: Invariant = {
  id: 'converges',
  kind: 'eventually',
  sentence:
    'When nothing has been disturbed for long, every pair of nodes that are up talks again.',
  source: 'Cilium: pkg/node/manager/manager.go, backgroundSync',
  watch(subject, note) {
    const { trace, premises, nameOf, look } = subject;
    const count = trace.names.nodes.length;
    const last = new Int16Array(count * count).fill(-1);
    // eslint-disable-next-line max-params
    trace.observe('packetFate', (at, sender, receiver, _family, _key, _seq, fate) => {
      if (at >= premises.restsFrom) last[sender * count + receiver] = fate;
    });
    const blameless = packetFates.filter(isBlameless).map(fateNumber);
    return (endedAt) => {
      if (premises.hasOddSecret) return;
      const kept = keysOfThoseLeft(subject);
      for (const [pair, fate] of last.entries()) {
        if (fate < 0 || blameless.includes(fate)) continue;
        const [sender, receiver] = [Math.floor(pair / count), pair % count];
        if (!look.isMember(sender) || !look.isMember(receiver)) continue;
        if (premises.mute[sender] === true || premises.mute[receiver] === true) continue;
        if (premises.mayMiss(sender, receiver) || premises.mayMiss(receiver, sender)) continue;
        if (missesFile(subject, sender) || missesFile(subject, receiver)) continue;
        if (kept.has(look.encryptKeyId(sender))) continue; // a newcomer may hold nothing of it
        note(
          endedAt,
          `${nameOf(sender)} -> ${nameOf(receiver)} still fails: ${packetFates[fate] ?? ''}`,
        );
      }
    };
  },
};

const replayed: Invariant = {
  id: 'window-behind-counter',
  kind: 'always',
  sentence:
    "A receiver's replay window is never ahead of the sender's counter for the same key, nor is a packet between settled nodes taken for a replay.",
  source: 'RFC 4303, 3.3.3 and 3.4.3; Linux: net/xfrm/xfrm_replay.c; cilium/cilium#33881',
  watch(subject, note) {
    const { look, trace, nameOf, premises } = subject;
    if (premises.isLawful) {
      trace.observeFates(['XfrmInStateSeqError'], (at, sender, receiver) => {
        if (areSettled(subject, sender, receiver))
          note(at, `${nameOf(receiver)} takes a packet of ${nameOf(sender)} for a replay`);
      });
    }
    return (endedAt) => {
      const nodes = [...trace.names.nodes.keys()].filter((node) => subject.isUndisturbed(node));
      const sending = new ByTunnel<XfrmState[]>();
      for (const node of nodes) {
        for (const state of look.states(node)) {
          const { source, shape } = state;
          if (look.ownerOf(source) !== node) continue;
          const others = sending.get(state, shape.reqid);
          if (others === undefined) sending.set(state, shape.reqid, [state]);
          else others.push(state);
        }
      }
      for (const node of nodes) {
        for (const state of look.states(node)) {
          const top = state.activity?.topLow ?? 0;
          if (top === 0 || look.ownerOf(state.destination) !== node) continue;
          const sender = sending
            .get(state, state.shape.reqid)
            ?.findLast(({ key }) => key === state.key);
          if (sender === undefined) continue;
          const counter = sender.activity?.outputLow ?? 0;
          if (top <= counter) continue;
          note(
            endedAt,
            `${nameOf(node)} has seen packet ${top} of ${state.source.text}, which has sent ${counter}`,
          );
        }
      }
    };
  },
};

const sequenceNumbers: Invariant = {
  id: 'no-number-twice',
  kind: 'always',
  sentence: 'No sequence number is used twice with one key.',
  source: 'RFC 4106, 3.1: a nonce is never used again with its key; cilium/cilium#33881',
  watch(subject, note) {
    const { trace, nameOf, look, premises } = subject;
    /** By node and reqid: the keys that it has sent with. */
    const used = new Map<number, Set<KeyHandle>>();
    trace.observe('stateAdded', (at, node, peer, _spi, output) => {
      if (output !== 1 || peer < 0 || !subject.isUndisturbed(node)) return;
      if (premises.replacing[peer] === true) return;
      const added = look.newestState(node);
      if (added === undefined) return;
      const place = node * twoTo32 + added.shape.reqid;
      const keys = used.get(place) ?? new Set();
      if (keys.has(added.key))
        note(
          at,
          `${nameOf(node)} begins again at 0 with a key for ${nameOf(peer)} that it used before`,
        );
      used.set(place, keys.add(added.key));
    });
    return undefined;
  },
};

const quiet: Invariant = {
  id: 'idempotent',
  kind: 'always',
  sentence: 'Inputs that say nothing new change no state: at rest, none is added or deleted.',
  source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, xfrmStateReplace',
  watch(subject, note) {
    const { trace, premises, nameOf } = subject;
    for (const event of ['stateAdded', 'stateDeleted'] as const) {
      trace.observe(event, (at, node) => {
        if (at > premises.restsFrom) note(at, `${nameOf(node)}: ${event} at rest`);
      });
    }
    return undefined;
  },
};

export const rest: readonly Invariant[] = [
  equalKeys,
  nodeIds,
  residue,
  keyCounts,
  maps,
  dropPolicy,
  converges,
  replayed,
  sequenceNumbers,
  quiet,
];

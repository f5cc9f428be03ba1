import { olderKeyId } from '../../model/datapath/index.ts';
import type { Invariant, Subject } from './invariant.ts';
import { areSettled } from './losses.ts';

/** The peers from which a node has a state to receive with this key. */
function receivable({ look }: Subject, node: number, keyId: number): ReadonlySet<number> {
  const peers = new Set<number>();
  for (const { spi, source } of look.states(node)) {
    const peer = look.ownerOf(source);
    if (spi === keyId && peer !== node) peers.add(peer);
  }
  return peers;
}

function hasState(
  subject: Subject,
  at: number,
  keyId: number,
  [from, to]: readonly [number, number],
): boolean {
  const { look } = subject;
  for (const { spi, source, destination } of look.states(at)) {
    if (spi !== keyId) continue;
    if (look.ownerOf(source) === from && look.ownerOf(destination) === to) return true;
  }
  return false;
}

/** The key is the newest that the node has loaded, since the start of the run. */
function isNewest({ history }: Subject, node: number, keyId: number): boolean {
  const newest = history.node(node).loads.at(-1);
  return newest?.keyId === keyId && newest.at > 0;
}

/** What an agent says of a key file that it does not take. */
const refusal = 'Failed to load IPsec keyfile';

export const order: readonly Invariant[] = [
  {
    id: 'ready-before-advertised',
    kind: 'always',
    sentence: 'A node advertises a key only when it can receive it from every settled peer.',
    source: 'cilium/cilium#44335, #44701: the order of v1.19',
    watch(subject, note) {
      const { trace, scenario, premises, nameOf } = subject;
      const { hasMixedAgents, failing } = premises;
      const isMeant = scenario.clusters.every(({ release }) => release === 'cilium-1.19');
      if (!isMeant || hasMixedAgents) return undefined;
      trace.observe('published', (at, node, keyId) => {
        // A node that starts is held to it, too, if it can install.
        if (failing[node] === true || !isNewest(subject, node, keyId)) return;
        const ready = receivable(subject, node, keyId);
        for (const peer of trace.names.nodes.keys()) {
          if (peer === node || !subject.isUndisturbed(peer) || ready.has(peer)) continue;
          note(
            at,
            `${nameOf(node)} advertises key ${keyId}, and cannot receive it from ${nameOf(peer)}`,
          );
        }
      });
      return undefined;
    },
  },
  {
    id: 'chosen-key-usable',
    kind: 'always',
    sentence: 'The key that a node chooses for a settled peer has its states at both ends.',
    source: 'Cilium: bpf/lib/encrypt.h, get_min_encrypt_key; the rotation law',
    watch(subject, note) {
      const { trace, history, premises, look, nameOf } = subject;
      if (!premises.isLawful) return undefined;
      const check = (at: number, sender: number, receiver: number): void => {
        if (sender === receiver || !areSettled(subject, sender, receiver)) return;
        const chosen = olderKeyId(
          look.encryptKeyId(sender),
          history.peerKey(sender, receiver).keyId,
        );
        if (at === 0 || chosen === 0) return;
        for (const end of [sender, receiver]) {
          if (hasState(subject, end, chosen, [sender, receiver])) continue;
          note(
            at,
            `${nameOf(sender)} chooses key ${chosen} for ${nameOf(receiver)}; ${nameOf(end)} has no state of it`,
          );
        }
      };
      trace.observe('peerKeySet', check);
      trace.observe('encryptMapSet', (at, sender) => {
        for (const receiver of trace.names.nodes.keys()) check(at, sender, receiver);
      });
      return undefined;
    },
  },
  {
    id: 'safe-reclaim',
    kind: 'always',
    sentence:
      'A key is removed no sooner than the rotation duration after the load that replaced it.',
    source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, ipSecSPICanBeReclaimed',
    watch(subject, note) {
      const { trace, history, nameOf } = subject;
      trace.observe('stateDeleted', (at, node, peer, spi) => {
        if (peer < 0 || !areSettled(subject, node, peer)) return;
        const { loads, rotationDuration } = history.node(node);
        const current = loads[loads.length - 1];
        if (current === undefined || loads.length < 2) return;
        const replaced = loads.findLastIndex(({ keyId }) => keyId === spi);
        const by = loads[replaced + 1];
        if (by === undefined)
          note(at, `${nameOf(node)} deletes a state of key ${spi}, which is in use`);
        else if (at < by.at + rotationDuration) {
          note(
            at,
            `${nameOf(node)} deletes a state of key ${spi} ${at - by.at} us after it was replaced`,
          );
        }
      });
      return undefined;
    },
  },
  {
    id: 'status-agrees',
    kind: 'always',
    sentence:
      'When an agent says that it has gone through all nodes, each settled peer has its states.',
    source: 'Cilium: pkg/datapath/linux/node.go, AllNodeValidateImplementation',
    watch(subject, note) {
      const { trace, nameOf } = subject;
      trace.observe('allNodesValidated', (at, node, keyId) => {
        if (at === 0 || !subject.isUndisturbed(node)) return;
        const ready = receivable(subject, node, keyId);
        for (const peer of trace.names.nodes.keys()) {
          if (peer === node || !subject.isUndisturbed(peer) || ready.has(peer)) continue;
          note(
            at,
            `${nameOf(node)} calls key ${keyId} installed, and has no state for ${nameOf(peer)}`,
          );
        }
      });
      return undefined;
    },
  },
  {
    id: 'bad-input-harmless',
    kind: 'always',
    sentence: 'No key file and no node record stops the agent of a node that nothing disturbs.',
    source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, keyfileWatcher; cilium/cilium#39059',
    watch({ trace, nameOf, isUndisturbed }, note) {
      trace.observe('agentExited', (at, node) => {
        if (isUndisturbed(node)) note(at, `the agent of ${nameOf(node)} ends`);
      });
      return undefined;
    },
  },
  {
    id: 'no-false-alarm',
    kind: 'always',
    sentence: 'No agent says that it could not load a key file that is sound.',
    source:
      'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, keyfileWatcher, whose health is then degraded; cilium/cilium#19814',
    watch({ trace, premises, nameOf }, note) {
      if (premises.hasOddSecret) return undefined;
      // A file that is replaced before the agent has read it is read twice: once for each replacement.
      const replaced = new Map<number, number>();
      const readAgain = new Map<number, number>();
      trace.observe('volumeUpdated', (_at, node) => {
        replaced.set(node, (replaced.get(node) ?? 0) + 1);
      });
      trace.observe('keyLoaded', (_at, node) => {
        readAgain.set(node, (replaced.get(node) ?? 1) - 1);
        replaced.delete(node);
      });
      trace.observe('log', (at, node, _level, message) => {
        const text = String(trace.meaning('text', message));
        if (!text.startsWith(refusal)) return;
        const times = readAgain.get(node) ?? 0;
        if (times > 0) readAgain.set(node, times - 1);
        else note(at, `${nameOf(node)}: ${text}`);
      });
      return undefined;
    },
  },
];

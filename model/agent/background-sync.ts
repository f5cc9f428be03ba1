import { minute, type Microseconds } from '../time.ts';
import { nothing, type Operations } from './agent.ts';
import type { AgentMemory } from './memory.ts';
import type { NodeName } from './node-record.ts';
import { validateNode } from './node-update.ts';
import type { Operation } from './operation.ts';
import type { Peer } from './peer.ts';

/**
 * How long one round over all nodes takes: 1 min × ln(1 + nodes), the local one included.
 * cilium: pkg/backoff/backoff.go, `ClusterSizeDependantInterval`.
 */
export function backgroundSyncInterval(nodes: number): Microseconds {
  return (intervals[nodes] ??= Math.round(minute * naturalLogarithm(1 + nodes)));
}

/** By the number of nodes, those asked for before: agents ask at each step. */
const intervals: Microseconds[] = [];

/**
 * ln(x) for x >= 1, by halving to [1, 2) and the series of 2 artanh((x - 1) / (x + 1)).
 * `Math.log` may differ in its last bit from engine to engine; + - * / may not.
 */
function naturalLogarithm(x: number): number {
  const ln2 = 0.6931471805599453;
  let rest = x;
  let halvings = 0;
  for (; rest >= 2; halvings += 1) rest /= 2;
  const t = (rest - 1) / (rest + 1);
  let power = t;
  let sum = 0;
  for (let k = 1; k < 40; k += 2) {
    sum += power / k;
    power *= t * t;
  }
  return halvings * ln2 + 2 * sum;
}

/**
 * One step of the background sync: validates the next node of the round, and sets the timer for the
 * one after. A round walks the nodes in a Go map's order, at an even pace; the local node has its
 * turn, too, and nothing to validate here.
 * It restores what is missing for the newest key, never anything of an older one.
 *
 * cilium: pkg/node/manager/manager.go, `backgroundSync` and `singleBackgroundLoop`.
 */
export function syncNextNode(memory: AgentMemory): Operations {
  if (memory.syncRound.length === 0) memory.syncRound = shuffledNodes(memory);
  const alarm = nextStep(memory);
  const name = memory.syncRound.pop();
  const peer = name === undefined ? undefined : memory.peers.get(name);
  if (memory.environment.answerNow(alarm) === undefined) return validateLater(memory, alarm, peer);
  return peer === undefined ? nothing : validateNode(memory, peer);
}

function* validateLater(memory: AgentMemory, alarm: Operation, peer: Peer | undefined): Operations {
  yield alarm;
  if (peer !== undefined) yield* validateNode(memory, peer);
}

/** Sets the timer for the next step. */
export function nextStep(memory: AgentMemory): Operation {
  const nodes = memory.peers.size + 1;
  const after = Math.max(1, Math.round(backgroundSyncInterval(nodes) / nodes));
  return { kind: 'setTimer', timer: 'backgroundSync', after };
}

/** All nodes, the local one among them, in the order in which Go walks a map, which is random (Fisher-Yates). */
export function shuffledNodes(memory: AgentMemory): NodeName[] {
  const names = [memory.environment.local.name, ...memory.peers.keys()];
  for (let last = names.length - 1; last > 0; last -= 1) {
    const other = memory.environment.random.mapOrder(last + 1);
    const moved = names[last] as NodeName;
    names[last] = names[other] as NodeName;
    names[other] = moved;
  }
  return names;
}

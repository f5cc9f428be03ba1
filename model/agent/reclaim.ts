import { keyIdOfMark } from '../datapath/index.ts';
import type { Microseconds } from '../time.ts';
import type { Operations, Steps } from './agent.ts';
import { failed, info } from './log.ts';
import type { AgentMemory } from './memory.ts';
import { isDefaultDrop } from './xfrm-objects.ts';

/**
 * One tick of the stale-key reclaimer: deletes the states, then the OUT policies, of every SPI that
 * was replaced at least the rotation duration ago. One instant counts for the whole tick. If the
 * states' pass fails, the policies wait for the next tick.
 *
 * An SPI that the agent has not seen replaced, because it restarted since, gets this tick's instant:
 * the old key then lives longer, never shorter.
 *
 * cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, `staleKeyReclaimer.onTimer`,
 * `deleteStaleXfrmStates`, `deleteStaleXfrmPolicies`, `ipSecSPICanBeReclaimed`.
 */
export function* reclaimStaleKeys(memory: AgentMemory, now: Microseconds): Operations {
  if (memory.currentSpi === 0) return;
  const done = yield* reclaimStates(memory, now);
  if (done) yield* reclaimPolicies(memory, now);
}

function* reclaimStates(memory: AgentMemory, now: Microseconds): Steps<boolean> {
  const { states, errno } = yield { kind: 'xfrmStateList' };
  if (errno !== 'ok' || states === undefined) {
    yield failed('Failed to list XFRM states', errno);
    return false;
  }
  for (const state of states) {
    if (!canBeReclaimed(memory, state.spi & 0xff, now)) continue;
    const deletion = yield { kind: 'xfrmStateDelete', state };
    if (deletion.errno === 'ok') continue;
    yield failed('Failed to delete stale XFRM state', deletion.errno);
    return false;
  }
  return true;
}

function* reclaimPolicies(memory: AgentMemory, now: Microseconds): Operations {
  const { policies = [], errno } = yield { kind: 'xfrmPolicyList' };
  if (errno !== 'ok') yield failed('Failed to list XFRM policies', errno);
  for (const policy of policies) {
    if (policy.direction !== 'out' || isDefaultDrop(policy)) continue;
    if (!canBeReclaimed(memory, keyIdOfMark(policy.markBits), now)) continue;
    yield info('Deleting stale XFRM policy');
    const deletion = yield { kind: 'xfrmPolicyDelete', policy };
    if (deletion.errno !== 'ok') yield failed('Failed to delete stale XFRM policy', deletion.errno);
  }
}

function canBeReclaimed(memory: AgentMemory, spi: number, now: Microseconds): boolean {
  if (spi === memory.currentSpi) return false;
  const removedAt = memory.removalTimes.get(spi);
  if (removedAt === undefined) {
    memory.removalTimes.set(spi, now);
    return false;
  }
  return now - removedAt >= memory.environment.settings.rotationDuration;
}

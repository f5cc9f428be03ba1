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
  if (memory.trust.isReclaimed('states', memory.loaded)) return true;
  let isAllCurrent = true;
  for (const state of states) {
    const spi = state.spi & 0xff;
    if (spi === memory.currentSpi) continue;
    isAllCurrent = false;
    if (!canBeReclaimed(memory, spi, now)) continue;
    const deletion = yield { kind: 'xfrmStateDelete', state };
    if (deletion.errno === 'ok') continue;
    yield failed('Failed to delete stale XFRM state', deletion.errno);
    return false;
  }
  if (isAllCurrent) memory.trust.noteReclaimed('states', memory.loaded);
  return true;
}

function* reclaimPolicies(memory: AgentMemory, now: Microseconds): Operations {
  const { policies = [], errno } = yield { kind: 'xfrmPolicyList' };
  if (errno !== 'ok') yield failed('Failed to list XFRM policies', errno);
  if (memory.trust.isReclaimed('policies', memory.loaded)) return;
  let isAllCurrent = true;
  for (const policy of policies) {
    if (policy.direction !== 'out' || isDefaultDrop(policy)) continue;
    const spi = keyIdOfMark(policy.markBits);
    if (spi === memory.currentSpi) continue;
    isAllCurrent = false;
    if (!canBeReclaimed(memory, spi, now)) continue;
    yield info('Deleting stale XFRM policy');
    const deletion = yield { kind: 'xfrmPolicyDelete', policy };
    if (deletion.errno !== 'ok') yield failed('Failed to delete stale XFRM policy', deletion.errno);
  }
  if (isAllCurrent) memory.trust.noteReclaimed('policies', memory.loaded);
}

function canBeReclaimed(memory: AgentMemory, spi: number, now: Microseconds): boolean {
  const removedAt = memory.removalTimes.get(spi);
  if (removedAt === undefined) {
    memory.removalTimes.set(spi, now);
    return false;
  }
  return now - removedAt >= memory.environment.settings.rotationDuration;
}

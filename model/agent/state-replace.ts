import type { Errno, StateConfig, ListedState } from '../xfrm/index.ts';
import type { Steps } from './agent.ts';
import { info } from './log.ts';
import type { AgentMemory } from './memory.ts';
import type { AgentProfile } from './profile.ts';

/**
 * Leaves a state alone, or replaces it (never atomically: delete, then add) where its key is out of
 * date. The key is compared only up to v1.17; since then only the reboot of the remote node, told by
 * its boot ID, replaces a state. cilium: ipsec_linux.go, `xfrmStateReplace`.
 */
export function* replaceOutdated(
  memory: AgentMemory,
  states: {
    readonly existing: ListedState;
    readonly wanted: StateConfig;
    readonly remoteRebooted: boolean;
  },
): Steps<Errno> {
  const { existing, wanted, remoteRebooted } = states;
  const { profile } = memory.environment;
  const outdated = profile.stateKeyMismatch === 'repaired' && existing.key !== wanted.key;
  if (!outdated && !remoteRebooted) return 'ok';
  yield info(
    outdated
      ? 'Removing XFRM state with old IPsec key'
      : 'Non-atomically updating IPsec XFRM state due to remote boot ID change',
  );
  const { errno } = yield { kind: 'xfrmStateDelete', state: existing };
  if (errno !== 'ok') return errno;
  return (yield { kind: 'xfrmStateAdd', state: wanted }).errno;
}

/** The kernel has refused a state as a duplicate: deletes what it conflicts with, and adds it again. */
export function* addDespiteConflict(memory: AgentMemory, wanted: StateConfig): Steps<Errno> {
  yield info('Failed to add XFRM state due to conflicting state');
  const { states = [] } = yield { kind: 'xfrmStateList' };
  let removed = 0;
  for (const candidate of states) {
    if (!conflicts(candidate, wanted, memory.environment.profile)) continue;
    const { errno } = yield { kind: 'xfrmStateDelete', state: candidate };
    if (errno === 'ok') removed += 1;
  }
  if (removed === 0) return 'EEXIST';
  memory.trust.clear(); // they may have been another node's
  yield info('Removed a conflicting XFRM state');
  return (yield { kind: 'xfrmStateAdd', state: wanted }).errno;
}

/** cilium: ipsec_linux.go, `xfrmDeleteConflictingState`; v1.16 and v1.17 also compare the source. */
function conflicts(candidate: ListedState, wanted: StateConfig, profile: AgentProfile): boolean {
  const common = candidate.shape.markMask & wanted.shape.markMask;
  return (
    candidate.spi === wanted.spi &&
    candidate.destination === wanted.destination &&
    ((candidate.markValue ^ wanted.markValue) & common) === 0 &&
    (profile.stateKeyMismatch === 'left' || candidate.source === wanted.source)
  );
}

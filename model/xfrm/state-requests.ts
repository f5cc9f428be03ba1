import type { Microseconds } from '../time.ts';
import type { SequenceSeed, StateConfig, StateIdentity, StateShape } from './config.ts';
import type { Errno } from './errno.ts';
import { type Kernel, larvalShape, noKey } from './kernel.ts';
import { withinLimits } from './lifetime.ts';
import { activityOf, seedActivity } from './state.ts';

/** XFRMA_REPLAY_ESN_MAX. */
const largestWindow = 4096;
const largestLegacyWindow = 32;
const icvLengths: readonly number[] = [64, 96, 128];

/**
 * NEWSA. EEXIST if a state has this destination and SPI, and a mark that matches the new one's
 * value: source, reqid, mode and key play no part, and the *old* state's mask decides.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_add.
 */
export function addState(kernel: Kernel, config: StateConfig, now: Microseconds): Errno {
  const error = validate(kernel, config.shape);
  if (error !== 'ok') return error;
  const { destination, spi, markValue, shape } = config;
  const masked = markValue & shape.markMask;
  if (kernel.states.has(destination, spi, masked)) return 'EEXIST';
  if (kernel.states.hasPlaceholders) removePlaceholder(kernel, config);
  kernel.insert(config, 'valid', now);
  return 'ok';
}

/**
 * UPDSA. It changes the limits, the output mark and the interface of what it finds, and silently
 * ignores key, reqid, mark, window and numbers. A larval state is replaced as a whole.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_update.
 */
export function updateState(kernel: Kernel, config: StateConfig): Errno {
  const { destination, spi, markValue, shape } = config;
  const found = kernel.states.find(destination, spi, markValue & shape.markMask);
  if (found === undefined) return 'ESRCH';
  if (found.validity === 'acquire') {
    kernel.states.remove(found);
    kernel.insert(config, 'valid', kernel.now);
    return 'ok';
  }
  if (kernel.profile.enforcesDirection && found.shape.direction !== shape.direction) return 'ESRCH';
  if (found.shape.encapsulation !== shape.encapsulation) return 'EINVAL';
  found.shape = updatedShape(found.shape, shape);
  if (found.activity !== undefined) found.activity.dying = false;
  kernel.armTimeLimit(found);
  const used = found.activity !== undefined && found.activity.packets > 0;
  if (used && !withinLimits(found, activityOf(found))) kernel.timers.arm(found, kernel.now + 1);
  return 'ok';
}

/** DELSA. ESRCH if there is none; it may hit another state than the one that was meant. */
export function deleteState(kernel: Kernel, identity: StateIdentity): Errno {
  return kernel.states.removeLocated(identity) ? 'ok' : 'ESRCH';
}

/**
 * ALLOCSPI with a single SPI to choose from: a larval state that holds the SPI until UPDSA gives it
 * a key. ENOENT if the SPI is taken.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_alloc_spi.
 */
export function allocateSpi(kernel: Kernel, config: StateConfig, now: Microseconds): Errno {
  const { destination, spi, markValue, shape } = config;
  const masked = markValue & shape.markMask;
  if (kernel.states.has(destination, spi, masked)) return 'ENOENT';
  const larval = larvalShape(shape, shape.markMask, kernel.acquireSeconds);
  kernel.insert({ ...config, shape: larval, key: noKey }, 'acquire', now);
  return 'ok';
}

/** NEWAE: overwrites the numbers of a live state, and forgets which it has seen. */
export function replaceSequence(
  kernel: Kernel,
  identity: StateIdentity,
  seed: SequenceSeed,
): Errno {
  const state = kernel.states.locate(identity);
  if (state === undefined) return 'ESRCH';
  seedActivity(activityOf(state), seed);
  return 'ok';
}

/** Source: Linux 6.1, net/xfrm/xfrm_user.c, verify_replay, verify_newsa_info. */
function validate(kernel: Kernel, shape: StateShape): Errno {
  const { replay } = shape;
  if (!icvLengths.includes(shape.icvBits)) return 'ENOSYS';
  if (replay.kind === 'legacy') return replay.window <= largestLegacyWindow ? 'ok' : 'EINVAL';
  if (replay.window > largestWindow) return 'EINVAL';
  if (replay.kind === 'bitmap' || replay.window > 0) return 'ok';
  return kernel.profile.allowsEsnWindowZero && shape.direction === 'out' ? 'ok' : 'EINVAL';
}

/** A new state takes the place of a larval one without SPI that asked for it. */
function removePlaceholder(
  kernel: Kernel,
  { shape, source, destination, markValue }: StateConfig,
): void {
  const markBits = markValue & shape.markMask;
  for (const state of kernel.states.bucket(destination, source, shape.reqid)) {
    if (
      state.validity === 'acquire' &&
      state.spi === 0 &&
      state.source === source &&
      state.destination === destination &&
      state.shape.reqid === shape.reqid &&
      state.shape.mode === shape.mode &&
      state.matchesMark(markBits)
    ) {
      kernel.states.remove(state);
      return;
    }
  }
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

function updatedShape(old: StateShape, update: StateShape): StateShape {
  const draft: Draft<StateShape> = { ...old };
  delete draft.outputMark;
  delete draft.lifetime;
  delete draft.interfaceId;
  if (update.outputMark !== undefined) draft.outputMark = update.outputMark;
  if (update.lifetime !== undefined) draft.lifetime = update.lifetime;
  if (update.interfaceId !== undefined) draft.interfaceId = update.interfaceId;
  return draft;
}

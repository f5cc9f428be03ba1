import type { Microseconds } from '../time.ts';
import type { SequenceSeed, StateConfig, StateIdentity, StateShape } from './config.ts';
import type { Errno } from './errno.ts';
import { type Kernel, larvalShape, noKey } from './kernel.ts';
import { withinLimits } from './lifetime.ts';
import { activityOf, seedActivity, type XfrmState } from './state.ts';

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
  // A larval state that asked for it goes, but not before: the tables grow as if it stayed.
  const placeholder = kernel.states.hasPlaceholders ? findPlaceholder(kernel, config) : undefined;
  kernel.insert(config, 'valid', now);
  if (placeholder !== undefined) kernel.states.remove(placeholder);
  return 'ok';
}

/**
 * UPDSA. It changes the limits, the output mark and the interface of what it finds, and silently
 * ignores key, reqid, mark, window and numbers, after it has made a state of the request as NEWSA
 * does, with the same errors. A larval state is replaced as a whole.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_update.
 */
export function updateState(kernel: Kernel, config: StateConfig): Errno {
  const { destination, spi, markValue, shape } = config;
  const error = validate(kernel, shape);
  if (error !== 'ok') return error;
  const found = kernel.states.find(destination, spi, markValue & shape.markMask);
  if (found === undefined) return 'ESRCH';
  if (found.validity === 'acquire') {
    kernel.insert(config, 'valid', kernel.now);
    kernel.states.remove(found);
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
 * a key. ENOENT if any state has the SPI, whatever its destination and mark (5.10: if a lookup finds
 * one); a larval state is there even so, without an SPI, and the next request for the same takes it, mark and age as they are.
 * Source: Linux 6.1.192, net/xfrm/xfrm_state.c, xfrm_find_acq, xfrm_alloc_spi.
 */
export function allocateSpi(kernel: Kernel, config: StateConfig, now: Microseconds): Errno {
  const waiting = findPlaceholder(kernel, config);
  const markBits = waiting?.markBits ?? config.markValue & config.shape.markMask;
  const isTaken = kernel.profile.allocatesUniqueSpis
    ? hasSpi(kernel, config.spi)
    : kernel.states.has(config.destination, config.spi, markBits);
  if (waiting === undefined) {
    const { source, destination, markValue } = config;
    const shape = larvalShape(config.shape, config.shape.markMask, kernel.acquireSeconds);
    const spi = isTaken ? 0 : config.spi;
    kernel.insert({ shape, source, destination, spi, markValue, key: noKey }, 'acquire', now);
  } else if (!isTaken) {
    kernel.states.giveSpi(waiting, config.spi);
  }
  return isTaken ? 'ENOENT' : 'ok';
}

/** The kernel, too, looks at all states. SPI 0 is the one that states have before they have one. */
function hasSpi(kernel: Kernel, spi: number): boolean {
  if (spi === 0) return false;
  for (const state of kernel.states.list()) if (state.spi === spi) return true;
  return false;
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

/**
 * The order is the kernel's: a window that is too large, an unknown algorithm, a key that it does not
 * take, a window of nothing.
 * Source: Linux 6.1, net/xfrm/xfrm_user.c, verify_replay, xfrm_state_construct;
 * net/xfrm/xfrm_state.c, __xfrm_init_state; net/xfrm/xfrm_replay.c, xfrm_init_replay.
 */
function validate(kernel: Kernel, shape: StateShape): Errno {
  const { replay, icvBits, refusal, direction } = shape;
  const largest = replay.kind === 'legacy' ? largestLegacyWindow : largestWindow;
  if (replay.window > largest) return 'EINVAL';
  if (!icvLengths.includes(icvBits)) return 'ENOSYS';
  if (refusal !== undefined) return refusal;
  if (replay.kind !== 'esn' || replay.window > 0) return 'ok';
  return kernel.profile.allowsEsnWindowZero && direction === 'out' ? 'ok' : 'EINVAL';
}

/**
 * The larval state without SPI that was made for the same.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, __find_acq_core.
 */
function findPlaceholder(
  kernel: Kernel,
  { shape, source, destination, markValue }: StateConfig,
): XfrmState | undefined {
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
      return state;
    }
  }
  return undefined;
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

import {
  type DeletedState,
  type Operations,
  type OperationResult,
  type Steps,
} from '../../model/agent/index.ts';
import { second } from '../../model/time.ts';
import { withEnvironment, withSettings } from './configured.ts';
import { intercepted, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that give up the wrong key, at the wrong time, or never. */
export const reclaimMutants: readonly Mutant[] = [
  {
    name: 'sleeps-once-per-load',
    sentence:
      'Has each load wait for the rotation duration, then delete the states of every key but its own.',
    source: 'https://github.com/cilium/cilium/issues/19932',
    make: intercepted(({ settings }) => {
      const asleep: number[] = [];
      return {
        input: (input) => (isReclaim(input) ? undefined : input),
        *operation(operation, input) {
          if (operation.kind === 'setTimer' && operation.timer === 'reclaim') {
            return pretendedSuccess; // no reclaimer that ticks
          }
          const result = yield operation;
          if (operation.kind === 'keyLoaded' && input.kind === 'keyFile') {
            asleep.push(operation.keyId);
            yield { kind: 'setTimer', timer: 'reclaim', after: settings.rotationDuration };
          }
          return result;
        },
        *afterwards(input) {
          const remembered = isReclaim(input) ? asleep.shift() : undefined;
          if (remembered !== undefined) yield* deleteAllBut(remembered);
        },
      };
    }),
  },
  {
    name: 'reclaims-at-once',
    sentence:
      'Gives up an old key at the next tick of its reclaimer, whatever the rotation duration.',
    source: 'Breaks the rule that a key is kept for ipsec-key-rotation-duration',
    make: withSettings({ rotationDuration: 0 }),
  },
  {
    name: 'reclaims-newest-key',
    sentence: 'Deletes, when an old key is due, the states of the newest one.',
    source: 'Breaks the rule that the key in use is never reclaimed',
    make: intercepted(() => ({
      *operation(operation, input) {
        if (operation.kind !== 'xfrmStateDelete' || !isReclaim(input)) return yield operation;
        return yield* deleteCounterpart(operation.state);
      },
    })),
  },
  {
    name: 'never-reclaims',
    sentence: 'Keeps every key that it ever had.',
    source: 'Breaks the rule that nothing is left of a key when its rotation is over',
    make: intercepted(() => ({
      *operation(operation, input) {
        const reclaims = operation.kind === 'xfrmStateDelete' && isReclaim(input);
        return reclaims ? pretendedSuccess : yield operation;
      },
    })),
  },
  {
    name: 'leaves-stale-policies',
    sentence: 'Deletes the states of an old key, and leaves the policies that lead to them.',
    source:
      'Breaks the rule that nothing is left of a key when its rotation is over; akin to cilium/cilium#19932',
    onlySeenBy: 'no-residue',
    make: intercepted(() => ({
      *operation(operation, input) {
        const reclaims = operation.kind === 'xfrmPolicyDelete' && isReclaim(input);
        return reclaims ? pretendedSuccess : yield operation;
      },
    })),
  },
  {
    name: 'rounds-rotation-duration-down',
    sentence: 'Counts its rotation duration in whole seconds, and leaves the rest of one out.',
    source: 'Breaks the rule that a key is kept for ipsec-key-rotation-duration, to the last of it',
    onlySeenBy: 'safe-reclaim',
    make: withEnvironment(({ settings }) => ({
      settings: {
        ...settings,
        rotationDuration: settings.rotationDuration - (settings.rotationDuration % second),
      },
    })),
  },
];

export function isReclaim(input: { readonly kind: string; readonly timer?: string }): boolean {
  return input.kind === 'timer' && input.timer === 'reclaim';
}

function* deleteAllBut(spi: number): Operations {
  const { states = [] } = yield { kind: 'xfrmStateList' };
  for (const state of [...states]) if (state.spi !== spi) yield { kind: 'xfrmStateDelete', state };
}

/** Deletes the state of the same tunnel that has another SPI. */
function* deleteCounterpart(old: DeletedState): Steps<OperationResult> {
  const { states = [] } = yield { kind: 'xfrmStateList' };
  const newest = [...states].find(
    ({ source, destination, spi }) =>
      source === old.source && destination === old.destination && spi !== old.spi,
  );
  return newest === undefined ? pretendedSuccess : yield { kind: 'xfrmStateDelete', state: newest };
}

import type { Operations } from '../../model/agent/index.ts';
import { actionMask, decryptBits } from '../../model/datapath/index.ts';
import type { KeyHandle, StateConfig } from '../../model/xfrm/index.ts';
import { type AgentMaker, makeCiliumAgent } from '../agent-maker.ts';
import { type Interception, intercepted } from './interception.ts';
import { isDecryptMark, OtherKeyRing } from './keys.ts';
import type { Mutant } from './mutant.ts';
import { isReclaim } from './reclaim.ts';
import { anySource } from './shared-decrypt-state.ts';

/** Mutants that have IN states beside those for their peers, or that open them otherwise. */
export const extraStateMutants: readonly Mutant[] = [
  {
    name: 'shadows-decrypt-states-while-rotating',
    sentence:
      'Has an IN state for all nodes, with a key that none of them sends with, from when it has installed a new key to the next tick of its reclaimer.',
    source:
      'Breaks the rule that a packet finds the state of its sender; akin to cilium/cilium#24780, where the versions before had left such states',
    onlySeenBy: 'no-in-state-proto-error',
    make: besidesPeers((seen) => ({
      *operation(operation, input) {
        // Deleting another one by its mark would hit this one.
        if (operation.kind === 'xfrmStateDelete') yield* deleteFromAnywhere();
        const result = yield operation;
        if (operation.kind !== 'allNodesValidated' || input.kind !== 'keyFile') return result;
        const state = fromAnywhere(seen, seen.globalKey);
        if (state !== undefined) {
          const shape = { ...state.shape, markMask: actionMask };
          yield { kind: 'xfrmStateAdd', state: { ...state, shape } };
        }
        return result;
      },
      *afterwards(input) {
        if (isReclaim(input)) yield* deleteFromAnywhere();
      },
    })),
  },
  {
    name: 'has-a-state-for-node-id-zero',
    sentence: 'Has one IN state more, with a key of its own, for a node ID that no node has.',
    source:
      'Breaks the rule that the number of keys follows from the nodes; akin to cilium/cilium#26057',
    onlySeenBy: 'key-counts',
    make: besidesPeers((seen) => ({
      *operation(operation) {
        const result = yield operation;
        if (operation.kind !== 'allNodesValidated') return result;
        const state = fromAnywhere(seen, seen.globalKey);
        if (state !== undefined) yield { kind: 'xfrmStateAdd', state };
        return result;
      },
    })),
  },
  {
    name: 'tries-a-state-at-each-turn',
    sentence:
      'Adds a state that no packet can use at each turn of the background sync, to see whether that works, and deletes it.',
    source: 'Breaks the rule that what is in order is left alone',
    onlySeenBy: 'idempotent',
    make: besidesPeers((seen) => ({
      *afterwards(input) {
        if (input.kind !== 'timer' || input.timer !== 'backgroundSync') return;
        const state = fromAnywhere(seen, seen.state?.key);
        if (state === undefined) return;
        yield { kind: 'xfrmStateAdd', state };
        const mark = { value: state.markValue, mask: state.shape.markMask };
        yield { kind: 'xfrmStateDelete', state: { ...state, mark } };
      },
    })),
  },
  {
    name: 'opens-windows-half-way',
    sentence: 'Opens the replay window of an IN state at number 512, as if so many had arrived.',
    source: 'Breaks the rule that a window follows its sender; akin to cilium/cilium#33881',
    onlySeenBy: 'window-behind-counter',
    make: intercepted(() => ({
      *operation(operation) {
        if (operation.kind !== 'xfrmStateAdd' || !isDecryptMark(operation.state.markValue)) {
          return yield operation;
        }
        return yield { ...operation, state: { ...operation.state, seed: { input: 512 } } };
      },
    })),
  },
];

/** What an agent was seen to do: the IN state that it added last, and the key of its secret as a whole. */
interface Seen {
  state: StateConfig | undefined;
  globalKey: KeyHandle | undefined;
}

function besidesPeers(make: (seen: Seen) => Interception): AgentMaker {
  return (environment) => {
    const { keyRing } = environment;
    const seen: Seen = { state: undefined, globalKey: undefined };
    const watched = new OtherKeyRing(keyRing, (recipe) => {
      seen.globalKey = keyRing.globalKey(recipe.psk);
      return keyRing.tunnelKey(recipe);
    });
    const watching = intercepted(
      () => ({
        *operation(operation) {
          const adds = operation.kind === 'xfrmStateAdd';
          if (adds && isDecryptMark(operation.state.markValue)) seen.state = operation.state;
          return yield operation;
        },
      }),
      (inner) => makeCiliumAgent({ ...inner, keyRing: watched }),
    );
    return intercepted(() => make(seen), watching)(environment);
  };
}

/** An IN state like the last one, but for any source; the node ID of its mark is 0. */
function fromAnywhere({ state }: Seen, key: KeyHandle | undefined): StateConfig | undefined {
  if (state === undefined || key === undefined) return undefined;
  return { ...state, source: anySource[state.source.family], markValue: decryptBits, key };
}

function* deleteFromAnywhere(): Operations {
  const { states = [] } = yield { kind: 'xfrmStateList' };
  for (const state of [...states]) {
    if (state.source === anySource[state.source.family]) yield { kind: 'xfrmStateDelete', state };
  }
}

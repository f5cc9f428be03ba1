import { address, type Family } from '../../model/address.ts';
import type { Operation } from '../../model/agent/index.ts';
import { actionMask, decryptBits } from '../../model/datapath/index.ts';
import type { ReplayShape, StateConfig } from '../../model/xfrm/index.ts';
import { intercepted } from './interception.ts';
import type { Mutant } from './mutant.ts';

export const anySource = { 4: address('0.0.0.0'), 6: address('::') } as const;
const window: ReplayShape = { kind: 'esn', window: 1024 };
const anyNode = { value: decryptBits, mask: actionMask };

/**
 * One IN state for all nodes was Cilium's design up to v1.13; with sequence numbers of 64 bits it
 * needs a replay window, which all senders then share.
 */
export const sharesDecryptState: Mutant = {
  name: 'shares-one-decrypt-state',
  sentence: 'Has one IN state, with a replay window, for all nodes that send to it.',
  source: 'https://github.com/cilium/cilium/issues/15039',
  make: intercepted(() => ({
    *operation(operation) {
      return yield shared(operation);
    },
  })),
};

function shared(operation: Operation): Operation {
  if (operation.kind === 'xfrmStateAdd') {
    const { state } = operation;
    const { shape } = state;
    if (isIncoming(state.markValue)) return { ...operation, state: forAll(state) };
    return { ...operation, state: { ...state, shape: { ...shape, replay: window } } };
  }
  if (operation.kind === 'xfrmStateFind' && isIncoming(operation.mark.value)) {
    return { ...operation, source: anySource[familyOf(operation)], mark: anyNode };
  }
  return operation;
}

function forAll(state: StateConfig): StateConfig {
  const shape = { ...state.shape, replay: window, markMask: anyNode.mask };
  return { ...state, shape, source: anySource[familyOf(state)], markValue: anyNode.value };
}

function isIncoming(markValue: number): boolean {
  return (markValue & actionMask) === decryptBits;
}

function familyOf({ source }: Pick<StateConfig, 'source'>): Family {
  return source.family;
}

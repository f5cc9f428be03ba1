import type { Agent, Operation, OperationResult, Operations } from '../../model/agent/index.ts';
import type { ListedState } from '../../model/xfrm/index.ts';
import type { AgentMaker } from '../agent-maker.ts';
import { BytesOfRing, type KeyBook, LoggingKeyRing } from './key-book.ts';

/**
 * Agents of this process on nodes beside those of a command. Those derive their keys themselves, so
 * equal bytes must have equal handles: here each key goes to the node under the command's number.
 */
export function amongRemote(make: AgentMaker, shared: KeyBook): AgentMaker {
  return (environment): Agent => {
    const keyRing = new LoggingKeyRing();
    const own = new BytesOfRing(keyRing);
    const inner = make({ ...environment, keyRing, answerNow: () => undefined });
    return {
      ...(inner.oneAtATime === undefined ? {} : { oneAtATime: inner.oneAtATime }),
      *handle(input, now): Operations {
        const operations = inner.handle(input, now);
        let step = operations.next();
        while (step.done !== true) {
          const result = yield outward(step.value, own, shared);
          step = operations.next(inward(result, own, shared));
        }
      },
    };
  };
}

function outward(operation: Operation, own: KeyBook, shared: KeyBook): Operation {
  if (operation.kind !== 'xfrmStateAdd' && operation.kind !== 'xfrmStateUpdate') return operation;
  const key = shared.handle(own.key(operation.state.key));
  return { ...operation, state: { ...operation.state, key } };
}

function inward(result: OperationResult, own: KeyBook, shared: KeyBook): OperationResult {
  const { state, states } = result;
  const withOwnKey = (one: ListedState): ListedState => {
    const { shape, source, destination, spi, markBits, markValue, mark } = one;
    const key = own.handle(shared.key(one.key));
    return { shape, source, destination, spi, markBits, markValue, mark, key };
  };
  return {
    ...result,
    ...(state === undefined ? {} : { state: withOwnKey(state) }),
    ...(states === undefined ? {} : { states: [...states].map(withOwnKey) }),
  };
}

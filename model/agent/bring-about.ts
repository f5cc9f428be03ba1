import type { Mark, PolicyConfig, StateConfig } from '../xfrm/index.ts';
import type { Operations, Steps } from './agent.ts';
import { failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import type { Operation } from './operation.ts';
import { addDespiteConflict, replaceOutdated } from './state-replace.ts';
import type { Wanted } from './wanted-objects.ts';
import { isDefaultDrop } from './xfrm-objects.ts';

/**
 * Sees to it that the kernel has these objects of one remote node. Answers whether all states are as
 * they should be; what else failed counts as a flaw.
 *
 * The common path is flat on purpose, and without iterators: each level of `yield*` is paid for by
 * every operation, and a large cluster's rotation asks for millions.
 */
export function* bringAbout(
  memory: AgentMemory,
  wanted: readonly Wanted[],
  remoteRebooted: boolean,
): Steps<boolean> {
  const { environment } = memory;
  let complete = true;
  for (let i = 0; i < wanted.length; i += 1) {
    const want = wanted[i] as Wanted;
    switch (want.kind) {
      case 'sharedPolicy':
        if (!memory.trust.hasPolicy(want.policy)) yield* updatePolicy(memory, want.policy);
        break;
      case 'obstacle':
        yield want.report;
        complete = false;
        break;
      case 'tunnel': {
        const look = findOf(want.state);
        const existing = (environment.answerNow(look) ?? (yield look)).state;
        const addition: Operation = { kind: 'xfrmStateAdd', state: want.state };
        let errno =
          existing === undefined
            ? (environment.answerNow(addition) ?? (yield addition)).errno
            : yield* replaceOutdated(memory, { existing, wanted: want.state, remoteRebooted });
        if (errno === 'EEXIST') errno = yield* addDespiteConflict(memory, want.state);
        if (errno === 'ok') {
          for (let j = 0; j < want.policies.length; j += 1) {
            const policy = want.policies[j] as PolicyConfig;
            if (!memory.trust.hasPolicy(policy)) yield* updatePolicy(memory, policy);
          }
        } else {
          complete = false;
          memory.flaws += 1;
          yield failed('Unable to replace XFRM state', errno);
        }
      }
    }
  }
  return complete;
}

function* updatePolicy(memory: AgentMemory, policy: PolicyConfig): Operations {
  const update: Operation = { kind: 'xfrmPolicyUpdate', policy };
  const { errno } = memory.environment.answerNow(update) ?? (yield update);
  if (errno === 'ok') {
    if (isShared(policy)) memory.trust.addPolicy(policy);
    return;
  }
  memory.flaws += 1;
  yield failed('Unable to update XFRM policy', errno);
}

/**
 * Whether a policy is one object for all remote nodes: the default drop, and those without a mark.
 * The others are made anew each time they are wanted, so remembering them would only fill memory.
 */
function isShared(policy: PolicyConfig): boolean {
  return isDefaultDrop(policy) || policy.mark.mask === 0;
}

function findOf(wanted: StateConfig): Operation {
  const { source, destination, spi } = wanted;
  return { kind: 'xfrmStateFind', source, destination, spi, mark: markOf(wanted) };
}

function markOf({ markValue, shape }: StateConfig): Mark {
  return { value: markValue, mask: shape.markMask };
}

import type { Operations } from '../../model/agent/index.ts';
import type { PolicyConfig, Template } from '../../model/xfrm/index.ts';
import { intercepted, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** Mutants whose policies do not do what policies are there for. */
export const policyMutants: readonly Mutant[] = [
  {
    name: 'omits-drop-policy',
    sentence: 'Does without the policy that drops what is marked for encryption and has no other.',
    source: 'https://github.com/cilium/cilium/issues/24010',
    make: without(({ action }) => action === 'block'),
  },
  {
    name: 'installs-policies-that-never-match',
    sentence: 'Installs OUT policies that the kernel accepts and no packet ever matches.',
    source: 'https://github.com/cilium/cilium/issues/18789',
    make: without(({ direction }) => direction === 'out'),
  },
  {
    name: 'omits-policies-for-decrypted-packets',
    sentence: 'Has no policy that lets decrypted packets in.',
    source: 'https://github.com/cilium/cilium/issues/21735',
    make: without(({ direction }) => direction !== 'out'),
  },
  {
    name: 'demands-a-tunnel-that-is-not-there',
    sentence:
      'Demands of decrypted packets that they came through a tunnel with a request ID that none has.',
    source: 'https://github.com/cilium/cilium/issues/21735',
    make: intercepted(() => ({
      *operation(operation) {
        if (operation.kind !== 'xfrmPolicyUpdate' || operation.policy.direction === 'out') {
          return yield operation;
        }
        const { policy } = operation;
        return yield {
          ...operation,
          policy: { ...policy, templates: policy.templates.map(strict) },
        };
      },
    })),
  },
  {
    name: 'lets-nothing-in-while-rotating',
    sentence:
      'Deletes the policies that let decrypted packets in when it loads a key, and has them again when the background sync comes to a node.',
    source:
      'Breaks the rule that policies of all keys are replaced at one stroke; akin to cilium/cilium#21735',
    onlySeenBy: 'policies-let-in',
    make: intercepted(() => ({
      *operation(operation, input) {
        if (input.kind !== 'keyFile') return yield operation;
        if (operation.kind === 'xfrmPolicyUpdate' && operation.policy.direction !== 'out') {
          return pretendedSuccess;
        }
        if (operation.kind === 'keyLoaded') yield* deleteInputPolicies();
        return yield operation;
      },
    })),
  },
];

function* deleteInputPolicies(): Operations {
  const { policies = [] } = yield { kind: 'xfrmPolicyList' };
  for (const policy of [...policies]) {
    if (policy.direction !== 'out') yield { kind: 'xfrmPolicyDelete', policy };
  }
}

function without(isLeftOut: (policy: PolicyConfig) => boolean): Mutant['make'] {
  return intercepted(() => ({
    *operation(operation) {
      const leftOut = operation.kind === 'xfrmPolicyUpdate' && isLeftOut(operation.policy);
      return leftOut ? pretendedSuccess : yield operation;
    },
  }));
}

function strict(template: Template): Template {
  return { ...template, reqid: 99, optional: false };
}

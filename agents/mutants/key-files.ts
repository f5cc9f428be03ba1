import { isDefaultDrop, type Operation, type Operations } from '../../model/agent/index.ts';
import { maxKeyId } from '../../model/secret/index.ts';
import { intercepted, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that do more about a key file that they refuse than to say so. */
export const keyFileMutants: readonly Mutant[] = [
  {
    name: 'gives-up-at-a-bad-key-file',
    sentence: 'Ends when it is given a key file that it cannot take.',
    source: 'Breaks the rule that no input stops an agent; akin to cilium/cilium#44815',
    onlySeenBy: 'bad-input-harmless',
    make: intercepted(() => ({
      *operation(operation, input) {
        if (input.kind !== 'keyFile' || !isRefusal(operation)) return yield operation;
        return yield { kind: 'exit', cause: 'failure', message: operation.message };
      },
    })),
  },
  {
    name: 'switches-to-a-key-that-it-refuses',
    sentence: 'Writes the key ID of a key file to its encrypt map although it refuses the key.',
    source: 'Breaks the rule that a node encrypts with the key that it has loaded',
    onlySeenBy: 'uses-the-newest-key',
    make: intercepted(() => ({
      *operation(operation, input) {
        const keyId =
          input.kind === 'keyFile' && isRefusal(operation)
            ? Number.parseInt(input.text ?? '', 10)
            : 0;
        if (keyId > 0 && keyId <= maxKeyId) yield { kind: 'encryptMapUpdate', keyId };
        return yield operation;
      },
    })),
  },
  {
    name: 'stops-dropping-at-a-bad-key-file',
    sentence:
      'Deletes the policy that drops what is marked for encryption and has no other when it refuses a key file, and does without it from then on.',
    source:
      'Breaks the rule that bad input does not weaken encryption; akin to cilium/cilium#24010',
    onlySeenBy: 'drops-rather-than-leaks',
    make: intercepted(() => {
      let refused = false;
      return {
        *operation(operation, input) {
          if (input.kind === 'keyFile' && isRefusal(operation)) {
            refused = true;
            yield* deleteDropPolicies();
          }
          const leftOut =
            refused && operation.kind === 'xfrmPolicyUpdate' && isDefaultDrop(operation.policy);
          return leftOut ? pretendedSuccess : yield operation;
        },
      };
    }),
  },
];

function* deleteDropPolicies(): Operations {
  const { policies = [] } = yield { kind: 'xfrmPolicyList' };
  for (const policy of [...policies]) {
    if (isDefaultDrop(policy)) yield { kind: 'xfrmPolicyDelete', policy };
  }
}

function isRefusal(operation: Operation): operation is Extract<Operation, { kind: 'log' }> {
  return operation.kind === 'log' && operation.message.startsWith('Failed to load IPsec keyfile');
}

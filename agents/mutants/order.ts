import type { Operation } from '../../model/agent/index.ts';
import { withProfile } from './configured.ts';
import { doAll, intercepted, pretendedSuccess } from './interception.ts';
import { leavesInstallToBackgroundSync } from './lazy-install.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that use or announce a key before they are ready for it. */
export const orderMutants: readonly Mutant[] = [
  {
    name: 'publishes-before-install',
    sentence: 'Announces its new key ID before it has installed the states of the key.',
    source: 'https://github.com/cilium/cilium/issues/44335',
    make: withProfile({ publishes: 'beforeInstall' }),
  },
  {
    name: 'publishes-before-install-at-start',
    sentence:
      'Uses and announces a key that it finds when it starts before it has installed its states.',
    source: 'https://github.com/cilium/cilium/issues/44701',
    onlySeenBy: 'ready-before-advertised',
    make: intercepted(() => ({
      *operation(operation, input) {
        const result = yield operation;
        if (operation.kind === 'keyLoaded' && input.kind === 'start') {
          const { keyId } = operation;
          yield* doAll({ kind: 'encryptMapUpdate', keyId }, { kind: 'publish', keyId });
        }
        return result;
      },
    })),
  },
  {
    name: 'switches-before-install',
    sentence: 'Writes the new key ID to its encrypt map before it has installed the states.',
    source: 'https://github.com/cilium/cilium/issues/27319',
    make: intercepted(() => ({
      *operation(operation, input) {
        const result = yield operation;
        if (operation.kind === 'keyLoaded' && input.kind === 'keyFile') {
          yield { kind: 'encryptMapUpdate', keyId: operation.keyId };
        }
        return result;
      },
    })),
  },
  leavesInstallToBackgroundSync,
  {
    name: 'clears-encrypt-map-while-rotating',
    sentence:
      'Switches encryption off, by key ID 0 in its encrypt map, until a new key is in place.',
    source: 'https://github.com/cilium/cilium/issues/34756',
    onlySeenBy: 'sender-keeps-its-key',
    make: intercepted(() => ({
      *operation(operation, input) {
        const result = yield operation;
        if (operation.kind === 'keyLoaded' && input.kind === 'keyFile') {
          yield { kind: 'encryptMapUpdate', keyId: 0 };
        }
        return result;
      },
    })),
  },
  {
    name: 'sends-plaintext-while-rotating',
    sentence:
      'Has key ID 0 in its encrypt map from when it loads a new key to its next turn of the background sync.',
    source:
      'Breaks the rule that traffic between nodes is encrypted at all times; akin to cilium/cilium#34756',
    upTo: 'cilium-1.17',
    onlySeenBy: 'no-plaintext',
    make: intercepted(() => {
      let heldBack: Operation[] = [];
      return {
        *operation(operation, input) {
          if (input.kind !== 'keyFile') return yield operation;
          if (operation.kind === 'encryptMapUpdate') {
            heldBack = [operation];
            return pretendedSuccess;
          }
          const result = yield operation;
          if (operation.kind === 'keyLoaded') yield { kind: 'encryptMapUpdate', keyId: 0 };
          return result;
        },
        *afterwards(input) {
          if (input.kind !== 'timer' || input.timer !== 'backgroundSync') return;
          yield* doAll(...heldBack);
          heldBack = [];
        },
      };
    }),
  },
  {
    name: 'forgets-encrypt-map',
    sentence:
      'Goes on encrypting with the key that it started with: a rotation leaves its encrypt map alone.',
    source: 'Breaks the rule that a node sends with a key only as long as others keep it',
    make: intercepted(() => ({
      *operation(operation, input) {
        const forgotten = operation.kind === 'encryptMapUpdate' && input.kind === 'keyFile';
        return forgotten ? pretendedSuccess : yield operation;
      },
    })),
  },
  {
    name: 'tries-its-encrypt-map-out',
    sentence:
      'Writes the new key ID to its encrypt map when it loads a key, to see whether that works, and the old one at once after it.',
    source: 'Breaks the rule that a node chooses a key only when it has its states',
    onlySeenBy: 'chosen-key-usable',
    make: intercepted(() => {
      let written = 0;
      return {
        *operation(operation, input) {
          if (operation.kind === 'encryptMapUpdate') written = operation.keyId;
          const result = yield operation;
          if (operation.kind === 'keyLoaded' && input.kind === 'keyFile') {
            const { keyId } = operation;
            yield* doAll(
              { kind: 'encryptMapUpdate', keyId },
              { kind: 'encryptMapUpdate', keyId: written },
            );
          }
          return result;
        },
      };
    }),
  },
  {
    name: 'reports-before-install',
    sentence: 'Says that it has gone through all nodes when it has loaded a key.',
    source: 'Breaks the rule that what an agent says of its progress is so',
    onlySeenBy: 'status-agrees',
    make: intercepted(() => ({
      *operation(operation, input) {
        const result = yield operation;
        if (operation.kind === 'keyLoaded' && input.kind === 'keyFile') {
          yield { kind: 'allNodesValidated', keyId: operation.keyId };
        }
        return result;
      },
    })),
  },
];

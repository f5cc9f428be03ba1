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
];

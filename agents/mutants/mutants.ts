import { withProfile, withSettings } from './configured.ts';
import { intercepted, passOn, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** All mutants: each breaks one rule that a correct agent keeps. */
export const mutants: readonly Mutant[] = [
  {
    name: 'publishes-before-install',
    sentence: 'Announces its new key ID before it has installed the states of the key.',
    source: 'https://github.com/cilium/cilium/issues/44335',
    make: withProfile({ publishes: 'beforeInstall' }),
  },
  {
    name: 'reclaims-at-once',
    sentence:
      'Removes an old key at the next tick of its reclaimer, whatever the rotation duration.',
    source: 'Breaks the rule that a key is kept for ipsec-key-rotation-duration',
    make: withSettings({ rotationDuration: 0 }),
  },
  {
    name: 'forgets-encrypt-map',
    sentence:
      'Goes on encrypting with the key that it started with: a rotation leaves the encrypt map as it is.',
    source: 'Breaks the rule that the newest key is the one to send with',
    make: intercepted(() => {
      let written = false;
      return {
        *operation(operation) {
          if (operation.kind !== 'encryptMapUpdate') return yield* passOn(operation);
          if (written) return pretendedSuccess;
          written = true;
          return yield operation;
        },
      };
    }),
  },
];

import { intercepted } from '../mutants/interception.ts';
import type { Fix } from './fix.ts';
import { gatedThreePhase } from './gated-three-phase.ts';

export const fixes: readonly Fix[] = [
  {
    name: 'checks-key-file-first',
    sentence:
      'Refuses a key file that is empty or does not begin with a key ID, and keeps the key it has.',
    source: 'https://github.com/cilium/cilium/issues/44815',
    make: intercepted(() => ({
      input(input) {
        if (input.kind !== 'keyFile' || /^[0-9]+\+? /.test(input.text ?? '')) return input;
        return { ...input, text: 'refused: the first field is no key ID' };
      },
    })),
  },
  {
    name: 'retries-failed-installs',
    sentence: 'Tries a state that the kernel refused for want of memory again, up to 10 times.',
    source:
      'cilium: pkg/datapath/linux/node.go, AllNodeValidateImplementation, whose caller learns of no error',
    make: intercepted(() => ({
      *operation(operation) {
        let result = yield operation;
        for (let tries = 1; result.errno === 'ENOMEM' && tries < 10; tries += 1) {
          result = yield operation;
        }
        return result;
      },
    })),
  },
  gatedThreePhase,
];

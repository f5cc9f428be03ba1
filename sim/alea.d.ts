// @types/seedrandom describes the package's door alone, which drags in node:crypto.
declare module 'seedrandom/lib/alea.js' {
  import type { PRNG } from 'seedrandom';

  function alea(seed: string): PRNG;
  export = alea;
}

// @types/seedrandom describes the package's door alone, which drags in node:crypto.
declare module 'seedrandom/lib/alea.js' {
  import type { PRNG } from 'seedrandom';

  export default function alea(seed: string): PRNG;
}

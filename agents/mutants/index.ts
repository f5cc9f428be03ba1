export { withoutShortcuts } from './interception.ts';
export type { Mutant } from './mutant.ts';
export { mutants } from './mutants.ts';

export { type Try, withBlame } from './blame.ts';
export { explainFirstLoss } from './explain-first-loss.ts';

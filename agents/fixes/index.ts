export type { Fix } from './fix.ts';
export { fixes } from './fixes.ts';

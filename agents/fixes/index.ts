export { type Fix, fixes } from './fixes.ts';

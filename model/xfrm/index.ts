export * from './config.ts';
export * from './counters.ts';
export * from './errno.ts';
export * from './kernel-profile.ts';
export * from './key-counter.ts';
export * from './mark.ts';
export * from './packet.ts';
export { PathMemory } from './path-memory.ts';
export * from './result-kinds.ts';
export * from './routes.ts';
export { XfrmPolicy } from './policy.ts';
export {
  type ListedState,
  type StateStatistics,
  type StateValidity,
  type XfrmState,
} from './state.ts';
export { type StateQuery } from './state-table.ts';
export { Xfrm } from './xfrm.ts';

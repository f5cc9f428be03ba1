export * from './drop-reason.ts';
export * from './egress.ts';
export * from './ingress.ts';
export * from './key-choice.ts';
export * from './maps.ts';
export * from './marks.ts';
export * from './node-map.ts';

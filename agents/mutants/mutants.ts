import { extraStateMutants } from './extra-states.ts';
import { keyFileMutants } from './key-files.ts';
import { keyMutants } from './keys.ts';
import type { Mutant } from './mutant.ts';
import { nodeIdMutants } from './node-ids.ts';
import { nodeMapMutants } from './node-map.ts';
import { orderMutants } from './order.ts';
import { policyMutants } from './policies.ts';
import { reclaimMutants } from './reclaim.ts';
import { recordMutants } from './records.ts';

/** All mutants: each breaks one rule that a correct agent keeps. */
export const mutants: readonly Mutant[] = [
  ...orderMutants,
  ...reclaimMutants,
  ...keyFileMutants,
  ...keyMutants,
  ...extraStateMutants,
  ...recordMutants,
  ...nodeIdMutants,
  ...nodeMapMutants,
  ...policyMutants,
];

export { type PlanChanges, planChanges } from './changes.ts';
export { planRotation, type PlanOptions } from './plan-rotation.ts';
export type {
  PlannedBinding,
  PlannedReadiness,
  PlannedStep,
  RotationPlan,
} from './rotation-plan.ts';
export { sweep, type SweepPoint, type SweepRange, sweepRefusal } from './sweep.ts';

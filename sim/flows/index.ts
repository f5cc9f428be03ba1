export { type ControlPlane } from './control-plane.ts';
export { type Flows, flowsOf } from './flows.ts';
export {
  type FlowCounter,
  flowCounters,
  type LossInterval,
  LossIntervals,
} from './loss-intervals.ts';

export { type AgentFactory, agentsBy, namedAgent } from './agent-runner.ts';
export type { Delay, QuantilePoint } from './delay.ts';
export { DelayTable } from './delay-table.ts';
export { maximumOf, minimumOf, quantileOf } from './draw-delay.ts';
export { marksEncrypted } from './encrypt-interface.ts';
export { endpointSyncInterval } from './endpoints.ts';
export {
  type ExpectedKeys,
  type ExpectedLog,
  type ExpectedRecordWrites,
  type ExpectedSequenceNumber,
  type Expectation,
  nothingExpected,
} from './expectation.ts';
export { type Disagreement, type Lesson, noLesson, type Source } from './lesson.ts';
export { commonFamilies } from './families.ts';
export * from './flows/index.ts';
export { fateNumber, isBlameless, type PacketFate, packetFates } from './packet-fate.ts';
export type { Look } from './look.ts';
export type { KeysInUse, Loss, NodeOutcome, PacketTotals, Run, RunEnd } from './run.ts';
export type * from './scenario.ts';
export { scenarioFromJson, type ScenarioJson, scenarioToJson } from './scenario-json.ts';
export { type NodeSelector, type Selectable, selects } from './selector.ts';
export type { KernelFactory, SimNode } from './sim-node.ts';
export { simulate, type SimulateOptions } from './simulate.ts';
export { firstNodeNumbers, mostNodes, planNodes } from './topology.ts';
export { type AnyTraceObserver, Trace, type TraceNames, type TraceObserver } from './trace.ts';
export {
  type TraceEvent,
  traceEvents,
  type TraceField,
  traceFields,
  type TraceFieldType,
  type TraceValues,
} from './trace-events.ts';
export { jsonLines, traceLine } from './trace-json.ts';
export { type TraceFault, TraceReplay, traceFirstLine, traceLastLine } from './trace-file.ts';

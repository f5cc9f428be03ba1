export { type MeasurableDelay, measurableDelays } from './findings.ts';
export { instantExpected, parseInstant } from './instant.ts';
export {
  type EvidenceFile,
  measureDelays,
  type MeasuredDelay,
  type Measurement,
} from './measure-delays.ts';
export { type MetricSelector, parseMetricSelector } from './metric-selector.ts';
export { delaysSnippet, writeDelays } from './write-delays.ts';

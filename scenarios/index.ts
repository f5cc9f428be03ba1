export { formatDelay, parseDelay } from './delay-text.ts';

export { didYouMean } from './did-you-mean.ts';
export { formatDuration, parseDuration } from './duration.ts';
export * from './evidence/index.ts';
export { exampleSecret } from './example-secret.ts';
export { formatInputError, type InputError } from './input-error.ts';
export { type Incident, incidents } from './incidents/index.ts';
export * from './inventory/index.ts';
export {
  type LibraryContent,
  type LibraryEntry,
  type LibraryText,
  readLibrary,
  readLibraryEntry,
} from './library.ts';
export { loadHealthyScenario, loadScenario, type LoadOptions } from './load.ts';
export { type ReadFile } from './plan-clusters.ts';
export { type Problem } from './problem.ts';
export { scenarioKeysPage } from './scenario-keys-page.ts';
export { scenarioJsonSchema, type ScenarioFile } from './schema.ts';
export { formatSelector, parseSelector } from './selector-text.ts';
export { type PlannedWait, type ScenarioChanges, writePlan } from './write-plan.ts';
export { writeScenario } from './write-scenario.ts';

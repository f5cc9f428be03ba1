import { failure, type Result, success } from '../model/result.ts';
import type { Scenario } from '../sim/index.ts';
import { buildScenario } from './build-scenario.ts';
import { checkMeaning } from './check-meaning.ts';
import { checkNames } from './check-names.ts';
import { checkShape } from './check-shape.ts';
import { healthyEntries } from './healthy.ts';
import type { InputError } from './input-error.ts';
import { planClusters, type ReadFile } from './plan-clusters.ts';
import { Problems } from './problems.ts';
import type { ScenarioEntries } from './schema.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

export interface LoadOptions {
  /** The name of the scenario's file, for errors. */
  readonly file: string;
  /**
   * Reads an inventory that the scenario names. The path is as the scenario has it; the caller
   * counts it from the scenario's folder. Without it, no inventory can be read.
   */
  readonly readFile?: ReadFile;
}

/**
 * The scenario that a YAML text describes, every default filled in. Fails with all errors of the
 * first stage that finds any: the YAML, its keys and types, the names and what they mean.
 */
export function loadScenario(
  text: string,
  options: LoadOptions,
): Result<Scenario, readonly InputError[]> {
  const source = readYaml(text, options.file);
  if (!source.ok) return source;
  const file = checkShape(source.value);
  return file.ok ? load(file.value, source.value, options) : file;
}

/**
 * The same without what is broken in it, by the key `healthy`; undefined where nothing is. It fails
 * as {@link loadScenario} does.
 */
export function loadHealthyScenario(
  text: string,
  options: LoadOptions,
): Result<Scenario | undefined, readonly InputError[]> {
  const source = readYaml(text, options.file);
  if (!source.ok) return source;
  const file = checkShape(source.value);
  if (!file.ok) return file;
  const healthy = healthyEntries(file.value);
  return healthy === undefined ? success(undefined) : load(healthy, source.value, options);
}

function load(
  file: ScenarioEntries,
  source: YamlSource,
  options: LoadOptions,
): Result<Scenario, readonly InputError[]> {
  const problems = new Problems(source);
  const clusters = planClusters(file.clusters, problems, options.readFile ?? cannotRead);
  // Without clusters as they were meant, every name in the file would be reported as unknown.
  if (problems.errors.length > 0) return failure(problems.errors);
  checkNames(file, clusters, problems);
  checkMeaning(file, clusters, problems);
  if (problems.errors.length > 0) return failure(problems.errors);
  return success(buildScenario(file, clusters));
}

/** A scenario file whose shape is right, whatever it means; fails as {@link loadScenario} does. */
export function readScenarioFile(
  text: string,
  file: string,
): Result<ScenarioEntries, readonly InputError[]> {
  const source = readYaml(text, file);
  return source.ok ? checkShape(source.value) : source;
}

const cannotRead: ReadFile = () => failure('no files can be read here');

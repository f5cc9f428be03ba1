import type { InputError } from './input-error.ts';
import type { Problem } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Gathers all problems of one file, so that its author sees them at once. */
export class Problems {
  readonly #source: YamlSource;
  readonly #errors: InputError[] = [];

  constructor(source: YamlSource) {
    this.#source = source;
  }

  /** A problem with the value at a path, or with its key. */
  report(path: Path, problem: Problem, at: 'key' | 'value' = 'value'): void {
    this.#errors.push(this.#source.errorAt(path, problem, at));
  }

  /** Errors of another file, which this one names. */
  add(errors: readonly InputError[]): void {
    this.#errors.push(...errors);
  }

  get errors(): readonly InputError[] {
    return this.#errors;
  }
}

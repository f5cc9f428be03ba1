import { Stream } from './stream.ts';

/**
 * All randomness of a run. Each use has its own stream, named for what it decides
 * (`kubelet/east/n3/sync`) and seeded by the run's seed and that name alone: a node or a fault
 * added to a scenario leaves the draws of all others as they were.
 */
export class Streams {
  readonly #seed: string;
  readonly #byName = new Map<string, Stream>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** The one stream of this name, for draws that go on all through the run. */
  stream(name: string): Stream {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const made = this.once(name);
    this.#byName.set(name, made);
    return made;
  }

  /**
   * A stream of this name from its beginning, which is not kept: for a single decision whose name
   * is told once in a run, such as the n-th watch delivery from one node to another.
   */
  once(name: string): Stream {
    return new Stream(`${this.#seed}/${name}`);
  }
}

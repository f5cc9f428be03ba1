import type { Microseconds } from '../model/time.ts';
import type { Delay } from './delay.ts';
import { DelayTable } from './delay-table.ts';
import { drawDelay } from './draw-delay.ts';
import type { LocalDelay, Scenario } from './scenario.ts';
import type { SimNode } from './sim-node.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';

/**
 * Every delay of the run, drawn from the stream that is named for what it decides: a node or a
 * fault more leaves all other draws as they were.
 */
export class Draws {
  readonly #table: DelayTable;
  readonly #streams: Streams;

  constructor(scenario: Scenario, streams: Streams) {
    this.#table = new DelayTable(scenario);
    this.#streams = streams;
  }

  /** Secret version at the API server, to new file in the node's agent pod. */
  secretSync(node: SimNode, version: number): Microseconds {
    const delay = this.#table.of('secretSync', node);
    return this.#once(delay, () => `secretSync/${node.name}/${version}`);
  }

  load(node: SimNode, version: number): Microseconds {
    return this.#once(this.#table.of('load', node), () => `load/${node.name}/${version}`);
  }

  /** One XFRM state, added or deleted. */
  install(node: SimNode): Microseconds {
    return this.#repeated(this.#table.of('install', node), () => `install/${node.name}`);
  }

  /** `what` names the record: its kind, its source and its version. */
  publish(node: SimNode, what: string): Microseconds {
    return this.#once(this.#table.of('publish', node), () => `publish/${what}`);
  }

  watch(receiver: SimNode, source: SimNode, what: string): Microseconds {
    const delay = this.#table.of('watch', receiver, source);
    return this.#once(delay, () => `watch/${receiver.name}/${what}`);
  }

  mesh(source: SimNode, toCluster: string, what: string): Microseconds {
    return this.#once(this.#table.of('mesh', source), () => `mesh/${toCluster}/${what}`);
  }

  /** The delay of one kind at a node, for whoever draws from it over and over. */
  delay(kind: LocalDelay, at: SimNode, from?: SimNode): Delay {
    return this.#table.of(kind, at, from);
  }

  #once(delay: Delay, name: () => string): Microseconds {
    return delay.kind === 'constant' ? delay.value : drawDelay(delay, this.#streams.once(name()));
  }

  #repeated(delay: Delay, name: () => string): Microseconds {
    if (delay.kind === 'constant') return delay.value;
    const stream: Stream = this.#streams.stream(name());
    return drawDelay(delay, stream);
  }
}

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads';
import { defined } from '../model/assert.ts';
import { median } from './harness.ts';

/** A thread for each processor, as commands have them that work in several; all do the same tasks. */
export class Threads<Task> {
  readonly #workers: readonly Worker[];

  /** `script`: a file of this folder that calls {@link doTasks}. */
  constructor(script: string, resourceLimits: ResourceLimits = {}) {
    const file = new URL(script, import.meta.url);
    this.#workers = Array.from(
      { length: availableParallelism() },
      () => new Worker(file, { resourceLimits }),
    );
  }

  get count(): number {
    return this.#workers.length;
  }

  /** Has each of them, or only the first so many, do this task at once: the seconds until all are done. */
  async seconds(task: Task, among = this.count): Promise<number> {
    const start = performance.now();
    await Promise.all(
      this.#workers.slice(0, among).map((worker) => {
        const done = once(worker, 'message');
        worker.postMessage({ task });
        return done;
      }),
    );
    return (performance.now() - start) / 1000;
  }

  async medianSeconds(rounds: number, task: Task, among = this.count): Promise<number> {
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) seconds.push(await this.seconds(task, among));
    return median(seconds);
  }

  end(): void {
    for (const worker of this.#workers) worker.postMessage({});
  }
}

/** One of the threads: does each task that it is given; `close` when there are no more. */
export function doTasks<Task>(
  work: (task: Task) => void,
  close: () => Promise<void> = () => Promise.resolve(),
): void {
  const port = defined(parentPort ?? undefined, 'a worker thread');
  port.on('message', ({ task }: { readonly task?: Task }) => {
    if (task === undefined) {
      void close().then(() => port.close());
      return;
    }
    work(task);
    port.postMessage('done');
  });
}

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { type Benchmark, median, medianSeconds } from './harness.ts';
import { rotateOnce } from './rotations.ts';

const runs = 100;
const rounds = 7;
/** Until then it is V8 that is measured, which goes on optimizing both sides. */
const warmUpRuns = 1000;
const leastRuns = 200;

/**
 * The TypeScript example, one process for all nodes of a run, through rotations: on all processors at
 * once, as `keyturn agent test` does it, each thread with a process of its own. Beside it one thread
 * alone, and Cilium's agent without a wire.
 */
export const wireBenchmark: Benchmark = {
  name: 'three nodes, dual stack, 20 minutes, an agent over the wire',
  run: async () => {
    const file = new URL('./wire-worker.js', import.meta.url);
    const threads = Array.from({ length: availableParallelism() }, () => new Worker(file));
    await rotateOn(threads, warmUpRuns);
    const rate = await rateOf(threads);
    const rateOfOne = await rateOf(threads.slice(0, 1));
    for (const thread of threads) thread.postMessage(0);
    const rateAlone = runs / medianSeconds(rotateHere);
    return {
      value: rate,
      unit: [
        `runs/s in ${threads.length} threads after ${warmUpRuns} runs in each`,
        `one thread alone ${rateOfOne.toFixed(0)}`,
        `without a wire ${rateAlone.toFixed(0)};`,
      ].join('; '),
      bar: { text: `at least ${leastRuns}`, holds: rate >= leastRuns },
    };
  },
};

async function rateOf(threads: readonly Worker[]): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await rotateOn(threads, runs);
    seconds.push((performance.now() - start) / 1000);
  }
  return (threads.length * runs) / median(seconds);
}

async function rotateOn(threads: readonly Worker[], count: number): Promise<void> {
  await Promise.all(
    threads.map((thread) => {
      const done = once(thread, 'message');
      thread.postMessage(count);
      return done;
    }),
  );
}

function rotateHere(): void {
  for (let run = 0; run < runs; run += 1) rotateOnce(run);
}

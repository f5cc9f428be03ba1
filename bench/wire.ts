import { type Benchmark, medianSeconds } from './harness.ts';
import { rotateOnce } from './rotations.ts';
import { Threads } from './threads.ts';

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
    const threads = new Threads<number>('./wire-worker.js');
    await threads.seconds(warmUpRuns);
    const rate = (threads.count * runs) / (await threads.medianSeconds(rounds, runs));
    const rateOfOne = runs / (await threads.medianSeconds(rounds, runs, 1));
    threads.end();
    const rateAlone = runs / medianSeconds(rotateHere);
    return {
      value: rate,
      unit: [
        `runs/s in ${threads.count} threads after ${warmUpRuns} runs in each`,
        `one thread alone ${rateOfOne.toFixed(0)}`,
        `without a wire ${rateAlone.toFixed(0)};`,
      ].join('; '),
      bar: { text: `at least ${leastRuns}`, holds: rate >= leastRuns },
    };
  },
};

function rotateHere(): void {
  for (let run = 0; run < runs; run += 1) rotateOnce(run);
}

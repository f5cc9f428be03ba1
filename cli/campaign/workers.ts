import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { campaignThreads } from '../../properties/index.ts';
import { type Answer, perform, type Task } from './task.ts';

/** Has a task done somewhere; rejects with what doing it throws. */
export type Ask = (task: Task) => Promise<Answer>;

/** Uses each of so many worker threads at once, and ends them; 0 does all in this thread. */
export async function withWorkers(count: number, use: (ask: Ask) => Promise<void>): Promise<void> {
  if (count === 0) return use(inThisThread);
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./worker.js', import.meta.url), { resourceLimits: campaignThreads }),
  );
  try {
    await Promise.all(workers.map((worker) => use((task) => answerOf(worker, task))));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives signals a turn between two tasks. */
async function inThisThread(task: Task): Promise<Answer> {
  await new Promise((resolve) => setImmediate(resolve));
  return perform(task);
}

async function answerOf(worker: Worker, task: Task): Promise<Answer> {
  const answer = once(worker, 'message') as Promise<[Answer]>;
  worker.postMessage(task);
  const [result] = await answer;
  return result;
}

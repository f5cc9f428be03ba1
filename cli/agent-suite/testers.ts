import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BadInput } from '../failure.ts';
import type { TestAnswer, TestedCommand, Tester, TestTask } from './tester.ts';

/** Has a task done somewhere; rejects with what doing it throws. */
export type AskTester = (task: TestTask) => Promise<TestAnswer>;

/** Uses so many worker threads at once, each with a tester of its own; one is not worth a thread. */
export async function withTesters<Value>(
  {
    started,
    here,
    count,
  }: { readonly started: TestedCommand; readonly here: Tester; readonly count: number },
  use: (asks: readonly AskTester[]) => Promise<Value>,
): Promise<Value> {
  if (count < 2) return use([(task) => here.perform(task)]);
  const file = new URL('./agent-worker.js', import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: started }));
  try {
    return await use(workers.map((worker) => (task) => answerOf(worker, task)));
  } finally {
    await Promise.all(workers.map(close));
  }
}

async function answerOf(worker: Worker, task: TestTask): Promise<TestAnswer> {
  const answer = once(worker, 'message') as Promise<[TestAnswer]>;
  worker.postMessage(task);
  const [result] = await answer;
  if (result.refused === undefined) return result;
  throw new BadInput(`${result.refused}\n  hint: --workers 1, if only one can run at a time`);
}

/** Lets it end its processes first. */
async function close(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return; // it has failed
  const exit = once(worker, 'exit');
  worker.postMessage('close');
  await exit;
}

/**
 * What comes of so many tasks, in their order, up to the first after which there is nothing more to ask.
 * Their number alone says who does which: an agent that carries something over from one run to the
 * next, which it must not, does so again.
 */
export async function inOrder<Doer, Value>(
  doers: readonly Doer[],
  count: number,
  one: {
    readonly perform: (doer: Doer, place: number) => Promise<Value>;
    readonly isLast?: (value: Value) => boolean;
  },
): Promise<readonly Value[]> {
  const values: Value[] = [];
  let end = count;
  const take = async (doer: Doer, first: number): Promise<void> => {
    for (let place = first; place < end; place += doers.length) {
      const value = await one.perform(doer, place);
      values[place] = value;
      if (one.isLast?.(value) === true) end = Math.min(end, place + 1);
    }
  };
  await Promise.all(doers.map(take));
  return values.slice(0, end);
}

import { parentPort, workerData } from 'node:worker_threads';
import { BadInput } from '../failure.ts';
import { type TestAnswer, type TestedCommand, Tester, type TestTask } from './tester.ts';

/** A tester, or why there is none. */
function start(): Tester | BadInput {
  try {
    return new Tester(workerData as TestedCommand);
  } catch (error) {
    if (error instanceof BadInput) return error;
    throw error;
  }
}

const tester = start();

async function answerTo(task: TestTask): Promise<TestAnswer> {
  return tester instanceof BadInput ? { refused: tester.message } : tester.perform(task);
}

parentPort?.on('message', async (task: TestTask | 'close') => {
  if (task !== 'close') return parentPort?.postMessage(await answerTo(task));
  if (tester instanceof Tester) await tester.close();
  parentPort?.close();
});

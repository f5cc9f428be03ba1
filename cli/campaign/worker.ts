import { parentPort } from 'node:worker_threads';
import { type Answer, perform, type Task } from './task.ts';

parentPort?.on('message', (task: Task) => {
  const answer: Answer = perform(task);
  parentPort?.postMessage(answer);
});

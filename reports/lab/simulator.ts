import type { Request, Response } from './protocol.ts';
import { textOf } from './page-data.ts';

/* The simulator, in a worker of the page: one question, one answer. */

const worker = new Worker(
  URL.createObjectURL(new Blob([textOf('worker')], { type: 'text/javascript' })),
);
const waiting = new Map<number, (response: Response) => void>();
worker.addEventListener('message', ({ data }: MessageEvent<Response>) => {
  waiting.get(data.id)?.(data);
  waiting.delete(data.id);
});
let asked = 0;

type Question<One> = One extends { readonly id: number } ? Omit<One, 'id'> : never;

export function ask(question: Question<Request>): Promise<Response> {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ ...question, id });
  });
}

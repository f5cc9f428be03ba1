import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { CommandAgents } from '../agents/process/index.ts';
import { assert, defined } from '../model/assert.ts';
import { agentsBy } from '../sim/index.ts';
import { rotateOnce } from './rotations.ts';

// One thread of the wire's benchmark: asked for so many rotations with a process of the example, it
// answers when they are over. 0: there are no more.

const port = defined(parentPort ?? undefined, 'a worker thread');
const example = fileURLToPath(new URL('../examples/typescript/agent.js', import.meta.url));
const agents = new CommandAgents([process.execPath, example], { harness: 'bench' });

port.on('message', (runs: number) => {
  for (let run = 0; run < runs; run += 1) {
    rotateOnce(run, { agents: agentsBy(agents.make) });
    assert(agents.endRun() === undefined, 'the agent failed');
  }
  if (runs > 0) port.postMessage('done');
  else void agents.close().then(() => port.close());
});

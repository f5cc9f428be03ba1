import { fileURLToPath } from 'node:url';
import { CommandAgents } from '../agents/process/index.ts';
import { assert } from '../model/assert.ts';
import { agentsBy } from '../sim/index.ts';
import { rotateOnce } from './rotations.ts';
import { doTasks } from './threads.ts';

// One thread of the wire's benchmark: does so many rotations with a process of the example.

const example = fileURLToPath(new URL('../examples/typescript/agent.js', import.meta.url));
const agents = new CommandAgents([process.execPath, example], { harness: 'bench' });

doTasks<number>(
  (runs) => {
    for (let run = 0; run < runs; run += 1) {
      rotateOnce(run, { agents: agentsBy(agents.make) });
      assert(agents.endRun() === undefined, 'the agent failed');
    }
  },
  () => agents.close(),
);

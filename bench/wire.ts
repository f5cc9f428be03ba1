import { fileURLToPath } from 'node:url';
import type { AgentMaker } from '../agents/index.ts';
import { CommandAgents } from '../agents/process/index.ts';
import { assert } from '../model/assert.ts';
import { agentsBy, type Scenario, simulate } from '../sim/index.ts';
import { type Benchmark, interleavedSeconds } from './harness.ts';
import { rotation } from './rotations.ts';

const runs = 20;
const leastRuns = 200;

/** The TypeScript example, one process for all nodes, through a rotation; beside Cilium's agent without a wire. */
export const wireBenchmark: Benchmark = {
  name: 'three nodes, dual stack, 20 minutes, an agent over the wire',
  run: () => {
    const scenario = { ...rotation(3, [4, 6]), traffic: [] };
    const example = fileURLToPath(new URL('../examples/typescript/agent.js', import.meta.url));
    const agents = new CommandAgents([process.execPath, example], { harness: 'bench' });
    try {
      const [wired = Number.NaN, alone = Number.NaN] = interleavedSeconds([
        () => {
          for (let run = 0; run < runs; run += 1) {
            rotate(scenario, run, agents.make);
            assert(agents.endRun() === undefined, 'the agent failed');
          }
        },
        () => {
          for (let run = 0; run < runs; run += 1) rotate(scenario, run);
        },
      ]);
      const [rate, rateAlone] = [runs / wired, runs / alone];
      return {
        value: rate,
        unit: `runs/s; without a wire ${rateAlone.toFixed(0)}, a ratio of ${(rateAlone / rate).toFixed(1)};`,
        bar: { text: `at least ${leastRuns}`, holds: rate >= leastRuns },
      };
    } finally {
      void agents.close();
    }
  },
};

function rotate(scenario: Scenario, run: number, make?: AgentMaker): void {
  const { nodes } = simulate(
    { ...scenario, seed: String(run) },
    make === undefined ? {} : { agents: agentsBy(make) },
  );
  assert(
    nodes.every(({ loadedKeyId }) => loadedKeyId === 4),
    'a node has not rotated',
  );
}

import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { assert } from '../model/assert.ts';
import { planRotation } from '../properties/index.ts';
import { planJson } from '../reports/index.ts';
import { loadScenario } from '../scenarios/index.ts';
import type { Benchmark } from './harness.ts';

const clusters = 255;
const nodesPerCluster = 257;
const mostSeconds = 1;
const mostMebibytes = 1024;

interface Answer {
  /** From the start of the process, with all that is loaded. */
  readonly seconds: number;
  readonly processor: number;
  readonly mebibytes: number;
}

/** The plan of the largest mesh, from text to text, in a process of its own. */
export const planBenchmark: Benchmark = {
  name: `plan for ${clusters * nodesPerCluster} nodes in ${clusters} clusters`,
  run: () => {
    const itself = fileURLToPath(import.meta.url);
    const { stdout } = spawnSync(process.execPath, [itself, '--largest-mesh'], {
      encoding: 'utf8',
    });
    const { seconds, processor, mebibytes } = JSON.parse(stdout) as Answer;
    return {
      value: seconds,
      unit: `s from the start of the process (${processor.toFixed(2)} s of processor time, ${Math.round(mebibytes)} MiB)`,
      bar: {
        text: `at most ${mostSeconds} s and ${mostMebibytes} MiB`,
        holds: seconds <= mostSeconds && mebibytes <= mostMebibytes,
      },
    };
  },
};

function largestMesh(): Answer {
  const names = Array.from({ length: clusters }, (_, index) => `c${index + 1}`);
  const text = [
    'title: The largest mesh',
    'seed: 1',
    'clusters:',
    ...names.map(
      (name) => `  - name: ${name}\n    nodes: ${nodesPerCluster}\n    release: cilium-1.19`,
    ),
    `procedure:\n  - rotate: [${names.join(', ')}]\n`,
  ].join('\n');
  const scenario = loadScenario(text, { file: 'largest-mesh.yaml' });
  assert(scenario.ok, 'the largest mesh is not a scenario');
  const planned = planRotation(scenario.value, { packetsPerSecond: 100_000 });
  assert(planned.nodes === clusters * nodesPerCluster, 'not all nodes are there');
  assert(planJson(planned) !== '', 'no answer');
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1000,
    processor: (user + system) / 1e6,
    mebibytes: process.resourceUsage().maxRSS / 1024,
  };
}

if (process.argv.includes('--largest-mesh')) process.stdout.write(JSON.stringify(largestMesh()));

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { assert } from '../model/assert.ts';
import type { Benchmark } from './harness.ts';

const clusters = 255;
const nodesPerCluster = 257;
const mostSeconds = 1;
const mostMebibytes = 1024;

interface Answer {
  /** Of the clock, from before the process is there to after its end. */
  readonly seconds: number;
  readonly processor: number;
  readonly mebibytes: number;
}

/** `keyturn plan` of the largest mesh, as whoever types it waits for it. */
export const planBenchmark: Benchmark = {
  name: `plan for ${clusters * nodesPerCluster} nodes in ${clusters} clusters`,
  run: () => {
    const { seconds, processor, mebibytes } = planLargestMesh();
    return {
      value: seconds,
      unit: `s, the whole command (${processor.toFixed(2)} s of processor time, ${Math.round(mebibytes)} MiB)`,
      bar: {
        text: `at most ${mostSeconds} s and ${mostMebibytes} MiB`,
        holds: seconds <= mostSeconds && mebibytes <= mostMebibytes,
      },
    };
  },
};

const command = fileURLToPath(new URL('../cli/keyturn.js', import.meta.url));

/** Has a process say, at its end, what it took. */
const tellUse = `data:text/javascript,process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  process.stderr.write(JSON.stringify({ processor: (user + system) / 1e6, mebibytes: maxRSS / 1024 }));
})`;

function planLargestMesh(): Answer {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-plan-'));
  try {
    const file = join(folder, 'largest-mesh.yaml');
    writeFileSync(file, largestMesh());
    const start = performance.now();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', tellUse, command, 'plan', file, '--json'],
      { encoding: 'utf8' },
    );
    const seconds = (performance.now() - start) / 1000;
    const { nodes } = JSON.parse(stdout) as { readonly nodes: number };
    assert(nodes === clusters * nodesPerCluster, 'not all nodes are there');
    return { seconds, ...(JSON.parse(stderr) as Omit<Answer, 'seconds'>) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function largestMesh(): string {
  const names = Array.from({ length: clusters }, (_, index) => `c${index + 1}`);
  return [
    'title: The largest mesh',
    'seed: 1',
    'clusters:',
    ...names.map(
      (name) => `  - name: ${name}\n    nodes: ${nodesPerCluster}\n    release: cilium-1.19`,
    ),
    `procedure:\n  - rotate: [${names.join(', ')}]\n`,
  ].join('\n');
}

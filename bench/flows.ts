import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { assert } from '../model/assert.ts';
import { millisecond, minute, second } from '../model/time.ts';
import { flowsOf, noLesson, nothingExpected, planNodes, type Scenario } from '../sim/index.ts';
import { machine } from './harness.ts';

/**
 * The interval data plane over whole clusters, two families, with a slow node and a short rotation
 * duration so that there is something to lose. Each size has a process of its own, so that its memory is
 * its own. With `--drawn`, what each of the pairs' watches takes is drawn; a stream for each of them is
 * then most of the time.
 */
const sizes = [250, 500, 1000, 2000, 5000];
const bars: Readonly<Record<number, { readonly seconds: number; readonly mebibytes: number }>> = {
  1000: { seconds: 3, mebibytes: 1024 },
  5000: { seconds: 60, mebibytes: 4096 },
};

function scenario(nodes: number, drawn: boolean): Scenario {
  const constant = (value: number) => ({ kind: 'constant', value }) as const;
  const everyone = { kind: 'all' } as const;
  return {
    title: 'flows',
    lesson: noLesson,
    seed: '1',
    clusters: [
      {
        name: 'bench',
        id: 1,
        agent: undefined,
        release: 'cilium-1.19',
        kernel: '6.1',
        routing: 'native',
        registry: 'crd',
        settings: { rotationDuration: minute, keyWatcher: true, families: [4, 6] },
        secret: `3+ rfc4106(gcm(aes)) ${'01'.repeat(20)} 128\n`,
        nodes: planNodes({ firstNumber: 257, count: nodes, families: [4, 6], namePrefix: 'n' }),
        podsPerNode: 1,
      },
    ],
    delays: {
      secretSync: { kind: 'uniform', minimum: 0, maximum: 2 * minute },
      load: constant(100 * millisecond),
      install: constant(200),
      publish: constant(100 * millisecond),
      watch: drawn
        ? { kind: 'uniform', minimum: 10 * millisecond, maximum: 200 * millisecond }
        : constant(200 * millisecond),
      mesh: constant(second),
      latency: constant(millisecond),
      reclaimInterval: minute,
    },
    delayOverrides: [],
    traffic: [
      {
        from: everyone,
        to: everyone,
        every: second,
        families: [4, 6],
        startsAt: 0,
        stopsAt: undefined,
      },
    ],
    procedure: [
      { kind: 'wait', duration: minute },
      { kind: 'rotate', clusters: ['bench'] },
      { kind: 'wait', duration: 9 * minute },
    ],
    remedy: undefined,
    faults: [],
    limits: { events: 1e9, time: 1e12 },
    expect: nothingExpected,
  };
}

function measure(nodes: number, drawn: boolean): boolean {
  const given = scenario(nodes, drawn);
  const before = process.cpuUsage();
  const start = performance.now();
  const flows = flowsOf(given);
  const wall = (performance.now() - start) / 1000;
  const processor = process.cpuUsage(before);
  const seconds = (processor.user + processor.system) / 1e6;
  assert(flows.ok, 'no flows');
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  const pairs = nodes * (nodes - 1);
  const bar = bars[nodes];
  const holds = bar === undefined || (seconds <= bar.seconds && mebibytes <= bar.mebibytes);
  const verdict =
    bar === undefined
      ? ''
      : `  ${holds ? 'holds' : 'MISSED'}: ${bar.seconds} s, ${bar.mebibytes} MiB`;
  process.stdout.write(
    `${nodes} nodes, ${pairs} pairs, 2 families: ${seconds.toFixed(2)} s of processor (${wall.toFixed(2)} s), ` +
      `${((seconds * 1e9) / pairs).toFixed(0)} ns a pair, ${flows.value.intervals.size} intervals, ${Math.round(mebibytes)} MiB${verdict}\n`,
  );
  return holds;
}

function main(words: readonly string[]): boolean {
  const drawn = words.includes('--drawn');
  const one = words.find((word) => /^\d+$/.test(word));
  if (one !== undefined) return measure(Number(one), drawn);
  process.stdout.write(`${machine()}\n`);
  const itself = fileURLToPath(import.meta.url);
  return sizes
    .map((size) => {
      const child = spawnSync(
        process.execPath,
        [itself, String(size), ...(drawn ? ['--drawn'] : [])],
        { stdio: 'inherit' },
      );
      return child.status === 0;
    })
    .every(Boolean);
}

process.exitCode = main(process.argv.slice(2)) ? 0 : 1;

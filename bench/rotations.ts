import { assert } from '../model/assert.ts';
import { minute, millisecond, second } from '../model/time.ts';
import {
  noLesson,
  nothingExpected,
  planNodes,
  type Scenario,
  simulate,
  type SimulateOptions,
} from '../sim/index.ts';
import { type Benchmark, medianSeconds } from './harness.ts';

const runs = 20;
const leastRuns = 70;
const manyNodes = 1000;
const mostSeconds = 10;
const mostMegabytes = 2048;

/** Whole rotations: a small cluster with traffic, over and over; and a large one, once. */
export const rotationBenchmarks: readonly Benchmark[] = [
  {
    name: 'three nodes, dual stack, 20 minutes, 14,400 packets',
    run: () => {
      const scenario = rotation(3, [4, 6]);
      let seed = 0;
      const seconds = medianSeconds(() => {
        for (let run = 0; run < runs; run += 1) {
          const { packets } = simulate({ ...scenario, seed: String((seed += 1)) });
          assert(packets.sent === 14_400 && packets.delivered === 14_400, 'packets were lost');
        }
      });
      const rate = runs / seconds;
      return {
        value: rate,
        unit: 'runs/s',
        bar: { text: `at least ${leastRuns}`, holds: rate >= leastRuns },
      };
    },
  },
];

/** Run in a process of its own: its peak memory is the process's. */
export const thousandNodes: Benchmark = {
  name: `${manyNodes} nodes, one rotation, every state installed`,
  run: () => {
    const settled = { kind: 'settled', nodes: { kind: 'all' } } as const;
    const scenario: Scenario = {
      ...rotation(manyNodes, [4]),
      traffic: [],
      procedure: [
        { kind: 'wait', duration: minute },
        { kind: 'rotate', clusters: ['bench'] },
        { kind: 'waitUntil', condition: settled, timeout: 20 * minute },
      ],
    };
    const start = process.cpuUsage();
    const before = process.hrtime.bigint();
    const run = simulate(scenario);
    const seconds = Number(process.hrtime.bigint() - before) / 1e9;
    const expected = 2 * (manyNodes - 1);
    for (const { keysInUse } of run.nodes) {
      const counts = keysInUse.map(({ count }) => count);
      const seen = [counts[0], Math.max(...counts), counts.at(-1)].join(' ');
      assert(seen === `${expected} ${2 * expected} ${expected}`, `keys in use: ${seen}`);
    }
    const megabytes = process.resourceUsage().maxRSS / 1024;
    const processor = (process.cpuUsage(start).user / 1e6).toFixed(1);
    return {
      value: seconds,
      unit: `s (${processor} s of processor time, ${Math.round(megabytes)} MiB at most, ${run.events} events)`,
      bar: {
        text: `at most ${mostSeconds} s and ${mostMegabytes} MiB`,
        holds: seconds <= mostSeconds && megabytes <= mostMegabytes,
      },
    };
  },
};

/** A rotation of three nodes without traffic, for the bare work of an agent. */
export function rotateOnce(run: number, options: SimulateOptions = {}): void {
  const scenario: Scenario = { ...rotation(3, [4, 6]), traffic: [], seed: String(run) };
  const { nodes } = simulate(scenario, options);
  assert(
    nodes.every(({ loadedKeyId }) => loadedKeyId === 4),
    'a node has not rotated',
  );
}

function rotation(nodes: number, families: readonly (4 | 6)[]): Scenario {
  const constant = (value: number): { readonly kind: 'constant'; readonly value: number } => ({
    kind: 'constant',
    value,
  });
  return {
    title: 'benchmark',
    lesson: noLesson,
    seed: '1',
    clusters: [
      {
        name: 'bench',
        id: 1,
        release: 'cilium-1.18',
        agent: undefined,
        kernel: '6.1',
        routing: 'native',
        registry: 'crd',
        settings: { rotationDuration: 5 * minute, keyWatcher: true, families },
        secret: `3+ rfc4106(gcm(aes)) ${'01'.repeat(20)} 128\n`,
        nodes: planNodes({ firstNumber: 257, count: nodes, families, namePrefix: 'n' }),
        podsPerNode: 1,
      },
    ],
    delays: {
      secretSync: { kind: 'uniform', minimum: 0, maximum: minute },
      load: constant(100 * millisecond),
      install: constant(200),
      publish: constant(100 * millisecond),
      watch: { kind: 'uniform', minimum: 10 * millisecond, maximum: 200 * millisecond },
      mesh: constant(second),
      latency: constant(millisecond),
      reclaimInterval: minute,
    },
    delayOverrides: [],
    traffic: [
      {
        from: { kind: 'all' },
        to: { kind: 'all' },
        every: second,
        families,
        startsAt: 0,
        stopsAt: undefined,
      },
    ],
    procedure: [
      { kind: 'wait', duration: minute },
      { kind: 'rotate', clusters: ['bench'] },
      { kind: 'wait', duration: 19 * minute },
    ],
    faults: [],
    limits: { events: 1e9, time: 1e12 },
    expect: nothingExpected,
    remedy: undefined,
  };
}

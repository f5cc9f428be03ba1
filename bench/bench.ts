import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { campaignBenchmark } from './campaigns.ts';
import { type Benchmark, machine } from './harness.ts';
import { packetBenchmarks } from './packets.ts';
import { planBenchmark } from './plan.ts';
import { queueBenchmarks } from './queue.ts';
import { rotationBenchmarks, thousandNodes } from './rotations.ts';
import { wireBenchmark } from './wire.ts';

/** Runs one benchmark and prints a line. Answers whether its bar holds. */
async function report({ name, run }: Benchmark): Promise<boolean> {
  const { value, unit, bar } = await run();
  const figure = value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  const verdict = bar === undefined ? '' : `  ${bar.holds ? 'holds' : 'MISSED'}: ${bar.text}`;
  process.stdout.write(`${name}: ${figure} ${unit}${verdict}\n`);
  return bar?.holds !== false;
}

/** The large cluster gets a process of its own, so that its memory is its own. */
async function main(): Promise<boolean> {
  if (process.argv.includes('--thousand-nodes')) return report(thousandNodes);
  process.stdout.write(`${machine()}\n`);
  const benchmarks = [
    ...queueBenchmarks,
    ...packetBenchmarks,
    ...rotationBenchmarks,
    campaignBenchmark,
    planBenchmark,
    wireBenchmark,
  ];
  let isHeld = true;
  for (const benchmark of benchmarks) isHeld = (await report(benchmark)) && isHeld;
  const itself = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [itself, '--thousand-nodes'], { stdio: 'inherit' });
  return isHeld && child.status === 0;
}

process.exitCode = (await main()) ? 0 : 1;

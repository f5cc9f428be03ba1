import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { campaignBenchmarks } from './campaigns.ts';
import { type Benchmark, machine } from './harness.ts';
import { packetBenchmarks } from './packets.ts';
import { planBenchmark } from './plan.ts';
import { queueBenchmarks } from './queue.ts';
import { rotationBenchmarks, thousandNodes } from './rotations.ts';
import { wireBenchmark } from './wire.ts';

/** Runs one benchmark and prints a line. Answers whether its bar holds. */
function report({ name, run }: Benchmark): boolean {
  const { value, unit, bar } = run();
  const figure = value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  const verdict = bar === undefined ? '' : `  ${bar.holds ? 'holds' : 'MISSED'}: ${bar.text}`;
  process.stdout.write(`${name}: ${figure} ${unit}${verdict}\n`);
  return bar?.holds !== false;
}

/** The large cluster gets a process of its own, so that its memory is its own. */
function main(): boolean {
  if (process.argv.includes('--thousand-nodes')) return report(thousandNodes);
  process.stdout.write(`${machine()}\n`);
  const held = [
    ...queueBenchmarks,
    ...packetBenchmarks,
    ...rotationBenchmarks,
    ...campaignBenchmarks,
    planBenchmark,
    wireBenchmark,
  ].map(report);
  const itself = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [itself, '--thousand-nodes'], { stdio: 'inherit' });
  return held.every(Boolean) && child.status === 0;
}

process.exitCode = main() ? 0 : 1;

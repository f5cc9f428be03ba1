import { tmpdir } from 'node:os';
import {
  benchKernel,
  boot,
  type BootOptions,
  cacheFolder,
  differenceText,
  exceptionsOf,
  findImage,
  install,
  KernelLost,
  KernelMissing,
  type Machine,
  openNative,
  recordSequences,
  type ReplayResult,
  repetitions,
  replayScenario,
  runCampaign,
  unseenCounters,
} from '../../oracle/index.ts';
import { kernelProfiles } from '../../model/xfrm/index.ts';
import type { Scenario } from '../../sim/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { readWholeLibrary } from '../library.ts';
import { reasonOf } from '../read-file.ts';
import { readScenario } from '../read-scenario.ts';
import { assertWritable, WholeFile } from '../write-files.ts';

export interface KernelOptions {
  readonly kernel?: string;
  readonly modules?: string;
  readonly native?: true;
  /** MiB of the machine that boots it. */
  readonly memory: number;
  /** Seconds that the boot may take. */
  readonly bootLimit: number;
  /** Seconds that it may leave a request unanswered. */
  readonly silence: number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `keyturn kernel install`. */
export function installKernel(): ExitCode {
  try {
    const { release, kernel } = install(print);
    print(`Linux ${release}: ${kernel}`);
    return exitCode.holds;
  } catch (error) {
    return failed(error);
  }
}

/** `keyturn kernel verify`: the XFRM of scenarios, performed by a real kernel. */
export function verify(
  written: readonly string[],
  options: KernelOptions & { readonly all?: true; readonly mostPackets?: number },
): Promise<ExitCode> {
  const scenarios = scenariosOf(written, options.all === true);
  return withKernel(options, async (machine) => {
    let differing = 0;
    let leftOut = 0;
    const notReplayed = new Set<string>();
    for (const [name, scenario] of scenarios) {
      const result = await replayScenario(machine, scenario, options.mostPackets);
      if (result === undefined) {
        leftOut += 1;
        continue;
      }
      if (result.differences.length > 0) differing += 1;
      for (const exception of result.exceptions) notReplayed.add(exception);
      for (const line of replayLines(name, result)) print(line);
    }
    if (notReplayed.size > 0) print('exceptions:');
    for (const exception of notReplayed) print(`  ${exception}`);
    if (leftOut > 0) print(`${leftOut} scenarios with more packets were left out`);
    print(
      `${scenarios.length - leftOut} scenarios, ${differing} in which the model and Linux ${machine.release} differ`,
    );
    return differing === 0 ? exitCode.holds : exitCode.violated;
  });
}

function scenariosOf(
  written: readonly string[],
  all: boolean,
): readonly (readonly [string, Scenario])[] {
  if (all === written.length > 0) {
    throw new BadInput('kernel verify: expected scenarios, or --all for the whole library');
  }
  if (!all) return written.map((name) => [name, readScenario(name)]);
  return readWholeLibrary().flatMap(({ id, content }): [string, Scenario][] =>
    content.kind === 'refused' ? [] : [[id, content.scenario]],
  );
}

function replayLines(name: string, result: ReplayResult): readonly string[] {
  const { differences, operations, packets, delivered, kernels, counters } = result;
  const shown = Array.from(counters, ([counter, value]) => `${counter} ${value}`).join(', ');
  const head = `${differences.length === 0 ? 'ok' : 'DIFFERS'}  ${name}: ${kernels} kernels, ${operations} operations, ${packets} packets sent, ${delivered} accepted${shown === '' ? '' : `; ${shown}`}`;
  return [
    head,
    ...differences
      .slice(0, 5)
      .flatMap(({ node, at, what, model, kernel }) => [
        `  ${node}${at === undefined ? ', at the end' : ` at ${at / 1e6} s`}: ${what}`,
        `    model:  ${model}`,
        `    kernel: ${kernel}`,
      ]),
  ];
}

export interface FuzzOptions extends KernelOptions {
  readonly runs: number;
  readonly seed: number;
}

/** From so many sequences on every counter must have moved; with fewer, that one did not says little. */
const enoughRuns = 500;

/** `keyturn kernel fuzz`: generated sequences through the model and a real kernel. */
export function fuzz(options: FuzzOptions): Promise<ExitCode> {
  return withKernel(options, async (machine) => {
    const { runs, seed } = options;
    const began = performance.now();
    const progress = (done: number): void => {
      if (done % 1000 === 0) process.stderr.write(`${done} sequences\n`);
    };
    const result = await runCampaign(machine, { runs, seed, progress });
    for (const [name, times] of result.counters) print(`${name}: in ${times} sequences`);
    const { difference } = result;
    if (difference !== undefined) {
      print(differenceText(difference));
      print(`Repeated ${repetitions} times, it differs ${result.repeated} times.`);
      print(
        `sequence ${result.runs} with seed ${seed} (path ${result.path ?? ''}): the model and Linux ${machine.release} differ`,
      );
      return exitCode.violated;
    }
    const profile = kernelProfiles[machine.profile];
    for (const [name, reason] of exceptionsOf(profile)) print(`${name}: not provoked (${reason})`);
    const unseen = unseenCounters(profile, result.counters);
    for (const name of unseen) print(`${name}: NOT SEEN, and nothing is known to forbid it`);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    print(
      `${result.runs} sequences of 20 steps with seed ${seed} in ${seconds} s: the model and Linux ${machine.release} agree`,
    );
    if (unseen.length === 0) return exitCode.holds;
    return runs >= enoughRuns ? exitCode.violated : exitCode.inconclusive;
  });
}

/** `keyturn kernel bench`: how fast the model and a real kernel are with the same packets. */
export function bench(options: KernelOptions & { readonly packets: number }): Promise<ExitCode> {
  return withKernel(options, async (machine) => {
    const { packets, model, kernel } = await benchKernel(machine, options.packets);
    const where = options.native === true ? 'on this machine' : 'in QEMU, by software emulation';
    print(`${packets} packets of 100 octets, ESP tunnel, from one node's socket to another's`);
    print(`model:  ${Math.round(model)} packets per second`);
    print(`kernel: ${Math.round(kernel)} packets per second (Linux ${machine.release} ${where})`);
    return exitCode.holds;
  });
}

/** `keyturn kernel record`: sequences with a real kernel's answers, for tests without one. */
export function record(options: FuzzOptions & { readonly out: string }): Promise<ExitCode> {
  // Before the work whose result is to go there.
  assertWritable(options.out);
  return withKernel(options, async (machine) => {
    const lines = await recordSequences(machine, options);
    const file = new WholeFile(options.out);
    for (const line of lines) file.writeLine(line);
    file.finish();
    print(`${options.out}: ${lines.length} sequences as Linux ${machine.release} answers them`);
    return exitCode.holds;
  });
}

async function withKernel(
  options: KernelOptions,
  work: (machine: Machine) => Promise<ExitCode>,
): Promise<ExitCode> {
  let machine: Machine | undefined;
  try {
    machine =
      options.native === true
        ? await openNative(options.silence * 1000)
        : await boot(findImage(options), bootOptions(options));
    process.stderr.write(`Linux ${machine.release} runs\n`);
    return await work(machine);
  } catch (error) {
    return failed(error);
  } finally {
    await machine?.stop();
  }
}

function bootOptions({ memory, bootLimit, silence }: KernelOptions): BootOptions {
  return { memory, limit: bootLimit * 1000, silence: silence * 1000 };
}

/**
 * What is missing is the user's to provide, and so is a place for files; a kernel that went away
 * tells nothing about the model.
 */
function failed(error: unknown): ExitCode {
  if (error instanceof KernelMissing) {
    process.stderr.write(`${error.message}\n`);
    return exitCode.badInput;
  }
  if (error instanceof KernelLost) {
    process.stderr.write(`inconclusive: ${error.message}\n`);
    return exitCode.inconclusive;
  }
  if (isFileError(error)) {
    process.stderr.write(
      `${error.path ?? `a file of ${tmpdir()} or ${cacheFolder()}`}: ${reasonOf(error)}\n  expected: to write into ${tmpdir()} (TMPDIR) and ${cacheFolder()} (XDG_CACHE_HOME)\n`,
    );
    return exitCode.badInput;
  }
  throw error;
}

/** Of a call of Node's that has to do with files. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

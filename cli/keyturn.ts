#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { agentNames, mutants as allMutants } from '../agents/index.ts';
import { ciliumReleases } from '../model/release.ts';
import { kernelNames } from '../model/xfrm/index.ts';
import { addAgent } from './agent-commands.ts';
import type { check } from './commands/check.ts';
import type { fuzz } from './commands/fuzz.ts';
import type { importClusters } from './commands/import.ts';
import type { ImportDelaysOptions } from './commands/import-delays.ts';
import type { lab } from './commands/lab.ts';
import type { mutants } from './commands/mutants.ts';
import type { report } from './commands/report.ts';
import type { plan } from './commands/plan.ts';
import type { run } from './commands/run.ts';
import type { ScenariosOptions } from './commands/scenarios.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { BadInput } from './failure.ts';
import { addKernel } from './kernel-program.ts';
import { reportFormats } from './report-formats.ts';

/** The command `keyturn`. Each subcommand is imported only when it is called. */
function makeProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('keyturn')
    .description('Rehearses an IPsec key rotation of a Cilium cluster before it happens.')
    .version(version())
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(keyturn --help tells more)')
    .addHelpText(
      'after',
      '\nExit codes: 0 holds, 1 violated, 2 bad usage or input, 3 inconclusive, 4 non-determinism found, 70 internal error',
    );
  program
    .command('run')
    .description('one run of a scenario: what happens, and the verdict')
    .argument('[scenario]', 'a scenario file, or the ID of a scenario of the library')
    .option('--healthy', 'without what is broken in it: the agents, or by its key healthy')
    .option('--all', 'every scenario of the library: is each as it says?')
    .option('--seed <seed>', "instead of the scenario's own", seed)
    .option('--trace <file>', 'write every event as a line of JSON')
    .option('--report <file>', reportHelp)
    .option('--json', 'print the result as JSON')
    .action(async (scenario: string | undefined, options: RunAllOptions) => {
      checkRunArguments(scenario, options);
      if (scenario === undefined) done((await import('./commands/run-all.ts')).runAll());
      else done((await import('./commands/run.ts')).run(scenario, options));
    });
  program
    .command('check')
    .description(
      'many runs of a scenario with different seeds: the verdict, and the smallest margin',
    )
    .argument('<scenario>', 'a scenario file, or the ID of a scenario of the library')
    .option('--runs <n>', 'how many', positiveInteger, 20)
    .option('--seed <seed>', "instead of the scenario's own", seed)
    .option('--report <file>', reportHelp)
    .option('--json', 'print the result as JSON')
    .action(async (scenario: string, options: Parameters<CheckCommand>[1]) => {
      const command = await import('./commands/check.ts');
      done(command.check(scenario, options));
    });
  addFuzz(program, done);
  addMutants(program, done);
  addPlan(program, done);
  addImport(program, done);
  addKernel(program, done);
  addLibrary(program, done);
  addReport(program, done);
  addLab(program, done);
  addAgent(program, version(), done);
  return program;
}

const reportHelp = 'write a report, too: .html, .md, .xml (JUnit) or .json';

/** `run` takes a scenario and options of its run, or `--all` and nothing else. */
function checkRunArguments(scenario: string | undefined, options: RunAllOptions): void {
  const { all, ...others } = options;
  if (all === true && (scenario !== undefined || Object.keys(others).length > 0)) {
    throw new BadInput(
      'run --all: takes no scenario and no other option\n  hint: keyturn run SCENARIO runs one of them',
    );
  }
  if (all !== true && scenario === undefined) {
    throw new BadInput(
      'run: no scenario is given\n  expected: the path of a file, an ID that `keyturn scenarios` lists, or --all',
    );
  }
}

/** The library: what is in it, and what it says of a counter. */
function addLibrary(program: Command, done: (code: ExitCode) => void): void {
  const library = program
    .command('scenarios')
    .description('the scenarios that come with keyturn: each a failure mode, or what prevents it')
    .option('--counter <counter>', 'those that end in this counter, or drop reason')
    .option('--release <release>', 'those with agents of this release: 1.16')
    .option('--folder <folder>', 'those of this folder')
    .option('--json', 'print them as JSON')
    .action(async (options: ScenariosOptions) => {
      done((await import('./commands/scenarios.ts')).scenarios(options));
    });
  library
    .command('show')
    .description('what one of them teaches')
    .argument('<id>', 'its ID')
    .option('--json', 'print it as JSON')
    .action(async (id: string, options: { readonly json?: true }) => {
      done((await import('./commands/scenarios.ts')).showScenario(id, options));
    });
  program
    .command('explain')
    .description(
      'all causes of a counter that are known, how to tell them apart, and their remedies',
    )
    .argument('<counter>', 'a name of /proc/net/xfrm_stat, or a drop reason: XfrmInNoStates, 197')
    .action(async (counter: string) => {
      done((await import('./commands/explain.ts')).explain(counter));
    });
}

type RunAllOptions = Parameters<typeof run>[1] & { readonly all?: true };

function addFuzz(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('fuzz')
    .description('a campaign over generated clusters, delays and faults: what must hold, held')
    .option('--runs <n>', 'how many cases', positiveInteger, 1000)
    .option('--time <seconds>', 'go on for so long, instead of --runs', positiveInteger)
    .option('--seed <n>', 'all cases come from it', positiveInteger, 1)
    .option('--property <id>', 'only this one; may be given several times', collect, [])
    .addOption(
      new Option('--profile <release>', 'only this release; may be given several times')
        .choices([...ciliumReleases])
        .argParser(release)
        .default([], 'cilium-1.19'),
    )
    .addOption(
      new Option('--agent <mutant>', 'an agent that does one thing wrong').choices([...agentNames]),
    )
    .option('--workers <n>', 'worker threads; the result does not depend on it', positiveInteger)
    .option('--out <file>', 'where to write the smallest case that violates something')
    .option('--replay <chunk:place>', 'run one case again, as a report names it')
    .option('--report <file>', reportHelp.replace('.html, ', ''))
    .action(async (options: Parameters<FuzzCommand>[0]) => {
      const command = await import('./commands/fuzz.ts');
      done(await command.fuzz(options));
    });
}

function addMutants(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('mutants')
    .description(
      'campaigns against agents that do one thing wrong: is each found out, and by what?',
    )
    .option('--runs <n>', 'how many cases at most, for each seed', positiveInteger, 2000)
    .option('--seeds <n>', 'how many campaigns of each mutant', positiveInteger, 5)
    .option('--seed <n>', 'the first one; the others follow it', positiveInteger, 1)
    .option('--time <seconds>', 'begin nothing more after so long', positiveInteger)
    .addOption(
      new Option('--agent <mutant>', 'only this one; may be given several times')
        .argParser(mutantName)
        .default([], 'all'),
    )
    .option(
      '--without <id>',
      'a property that is not held; may be given several times',
      collect,
      [],
    )
    .option('--workers <n>', 'worker threads; the result does not depend on it', positiveInteger)
    .action(async (options: Parameters<MutantsCommand>[0]) => {
      const command = await import('./commands/mutants.ts');
      done(await command.mutants(options));
    });
}

function mutantName(text: string, collected: readonly string[]): readonly string[] {
  const names = allMutants.map(({ name }) => name);
  if (!names.includes(text))
    throw new InvalidArgumentError(`Expected one of: ${names.join(', ')}.`);
  return [...collected, text];
}

function release(text: string, collected: readonly string[]): readonly string[] {
  if (!(ciliumReleases as readonly string[]).includes(text)) {
    throw new InvalidArgumentError(`Expected one of: ${ciliumReleases.join(', ')}.`);
  }
  return [...collected, text];
}

type FuzzCommand = typeof fuzz;
type CheckCommand = typeof check;
type ImportOptions = Parameters<typeof importClusters>[0] & Partial<ImportDelaysOptions>;
type LabCommand = typeof lab;
type MutantsCommand = typeof mutants;
type ReportCommand = typeof report;
type PlanCommand = typeof plan;

function addPlan(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('plan')
    .description('the smallest safe rotation duration, what binds it, and when to take which step')
    .argument('<scenario>', 'a scenario file, the ID of one of the library, or an inventory')
    .option('--sweep <range>', 'a table along nodes=3..65535, or a delay: secretSync=10s..10m')
    .option('--out <file>', 'with --sweep: write a plot, .svg or .html')
    .option('--write <file>', "write the scenario with the plan's waits")
    .option('--report <file>', reportHelp)
    .option(
      '--packets-per-second <n>',
      'through the busiest tunnel, one way, for the sequence numbers',
      positiveInteger,
      100_000,
    )
    .option('--json', 'print the result as JSON')
    .action(async (scenario: string, options: Parameters<PlanCommand>[1]) => {
      const command = await import('./commands/plan.ts');
      done(command.plan(scenario, options));
    });
}

function addImport(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('import')
    .description(
      'inventories and a starter scenario from what kubectl prints; delays from what was measured',
    )
    .option(
      '--ciliumnodes <file>',
      '`kubectl get ciliumnodes -o json` (or yaml); once for each cluster',
      collect,
      [],
    )
    .option('--config <file>', 'the cilium-config ConfigMap of the same cluster', collect, [])
    .option(
      '--cluster-name <name>',
      "instead of the ConfigMap's, once for each cluster",
      collect,
      [],
    )
    .option('--cluster-id <id>', "instead of the ConfigMap's, once for each cluster", collect, [])
    .addOption(new Option('--release <release>', 'the Cilium release').choices([...ciliumReleases]))
    .addOption(new Option('--kernel <kernel>', 'the kernel').choices([...kernelNames]))
    .option('--delays <file...>', 'measured delays: see docs/measured-delays.md')
    .option(
      '--written <instant>',
      "when the secret was written, for agents' logs; once for each rotation",
      collect,
      [],
    )
    .option(
      '--metric <delay=name>',
      'which histogram of Prometheus is which delay; once for each',
      collect,
      [],
    )
    .option('--longest <duration>', "what a histogram's open bucket ends with")
    .option('--scenario <file>', 'without --ciliumnodes: a scenario to put the delays into')
    .option('--out <path>', 'where to write: a folder (.), or with --scenario a file')
    .option('--force', 'overwrite files')
    .action(async (options: ImportOptions) => {
      if (options.delays === undefined)
        assertNone(options, ['written', 'metric', 'longest'], 'is for --delays');
      if (options.ciliumnodes.length > 0) {
        assertNone(options, ['scenario'], 'is not for --ciliumnodes, which makes a scenario');
        done((await import('./commands/import.ts')).importClusters(options));
      } else if (options.delays !== undefined) {
        const ofClusters = ['config', 'clusterName', 'clusterId', 'release', 'kernel'] as const;
        assertNone(options, ofClusters, 'is for --ciliumnodes, which is not given');
        const { delays } = options;
        done((await import('./commands/import-delays.ts')).importDelays({ ...options, delays }));
      } else {
        throw new BadInput(
          'import: nothing is given to import\n  expected: --ciliumnodes FILE, --delays FILE, or both',
        );
      }
    });
}

function assertNone<Name extends string>(
  options: Readonly<Partial<Record<Name, unknown>>>,
  names: readonly Name[],
  why: string,
): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw new BadInput(
      `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${why}`,
    );
  }
}

function addReport(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('a report of a run, from its trace')
    .argument('<trace>', 'a file that keyturn run --trace wrote')
    .addOption(
      new Option('--format <format>', 'the form of the report')
        .choices([...reportFormats])
        .default('markdown'),
    )
    .option('--out <file>', 'where to write it, instead of standard output')
    .action(async (trace: string, options: Parameters<ReportCommand>[1]) => {
      const command = await import('./commands/report.ts');
      done(command.report(trace, options));
    });
}

function addLab(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('lab')
    .description('the page in which rotations are seen: lessons, and a scenario to turn knobs on')
    .argument('[scenario]', 'a scenario file, or the ID of a scenario of the library')
    .option('--out <file>', 'write the page there instead of serving it on loopback')
    .option('--port <port>', 'where to serve it; 0: any that is free', port, 0)
    .action(async (scenario: string | undefined, options: Parameters<LabCommand>[1]) => {
      const command = await import('./commands/lab.ts');
      done(await command.lab(scenario, options));
    });
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port, 0 to 65535.');
}

function collect(value: string, collected: readonly string[] = []): readonly string[] {
  return [...collected, value];
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Expected a whole number from 1 on.');
  }
  return value;
}

function seed(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a seed.');
  return text;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function main(words: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.holds;
  try {
    await makeProgram((result) => {
      code = result;
    }).parseAsync(words);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.holds : exitCode.badInput;
    }
    if (error instanceof BadInput) {
      process.stderr.write(`${error.message}\n`);
      return exitCode.badInput;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`keyturn: internal error, please report it\n${text}\n`);
    return exitCode.internalError;
  }
}

/** SIGPIPE, which Node does not let end a process, has the number 13. */
const endedByPipe = 128 + 13;

/** Nobody reads any more what is printed (`keyturn … | head`): nothing was violated, and no error was made. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(endedByPipe);
}

process.stdout.on('error', endWithReader);
process.stderr.on('error', endWithReader);
process.exitCode = await main(process.argv);

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CompiledPackage } from '../../agents/process/test-support/compiled.ts';
import { exitCode } from '../exit-code.ts';
import { agentTest, type AgentTestOptions } from './agent-test.ts';

let compiled: CompiledPackage;
let folder: string;

beforeAll(() => {
  compiled = new CompiledPackage();
  folder = mkdtempSync(join(tmpdir(), 'keyturn-agent-test-'));
}, 120_000);

afterAll(() => {
  compiled.remove();
  rmSync(folder, { recursive: true });
});

const ids = ['incidents/local-spi-before-install', 'incidents/advertise-before-install'];

async function tested(
  command: readonly string[],
  options: Partial<AgentTestOptions> = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const pieces: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    pieces.push(String(piece));
    return true;
  });
  try {
    const code = await agentTest(command, { only: ids, silence: 30, ...options }, '0');
    return { code, text: pieces.join('') };
  } finally {
    spy.mockRestore();
  }
}

/** A program over the compiled library, in which `inner` is Cilium's own agent. */
function program(handle: string, atStart = ''): readonly string[] {
  const path = join(folder, 'agent.mjs');
  const library = join(compiled.folder, 'dist', 'agent.js');
  writeFileSync(
    path,
    `import { CiliumAgent, serveStdio } from ${JSON.stringify(library)};
     ${atStart}
     const make = (environment) => {
       const inner = new CiliumAgent(environment);
       return { *handle(input, now) { ${handle} } };
     };
     serveStdio({ name: 'odd', version: '1', make });`,
  );
  return [process.execPath, path];
}

const mutant = (name: string): readonly string[] =>
  compiled.keyturn('agent', 'serve', '--agent', name);

test('a mutant fails, and the incident that it was made from is named first', async () => {
  const { code, text } = await tested(mutant('publishes-before-install'));
  expect(code).toBe(exitCode.violated);
  const [first, second] = text.split('\n');
  expect(first).toContain('cilium/cilium#44335');
  expect(second).toBe('FAILED    incidents/advertise-before-install');
  expect(text).toContain('first loss at 91.001 s, east/n2 to east/n1: XfrmInNoStates');
});

test('two runs give the same digests, and all else the same', async () => {
  const options = { json: true as const, fuzz: 3 };
  const first = await tested(compiled.keyturn('agent', 'serve'), options);
  expect(first.code).toBe(exitCode.holds);
  expect(await tested(compiled.keyturn('agent', 'serve'), options)).toEqual(first);
  const { cases, campaign } = JSON.parse(first.text) as {
    cases: { id: string; digest: string }[];
    campaign: object;
  };
  expect(cases.map(({ id }) => id).sort()).toEqual([...ids].sort());
  for (const { digest } of cases) expect(digest).toMatch(/^[0-9a-f]{16}$/);
  expect(campaign).toEqual({ kind: 'holds', runs: 3 });
});

test('an agent that draws on chance is found out', async () => {
  const chance = "yield { kind: 'log', level: 'info', message: String(Math.random()) };";
  const { code, text } = await tested(program(`${chance} yield* inner.handle(input, now);`));
  expect(code).toBe(exitCode.nonDeterministic);
  expect(text).toContain('DIFFERS   incidents/advertise-before-install');
  expect(text).toMatch(/two runs with one seed gave [0-9a-f]{16} and [0-9a-f]{16}/);
});

test('an agent that ends in the middle fails that scenario, and the rest goes on', async () => {
  const { code, text } = await tested(
    program("if (input.kind === 'keyFile') process.exit(); yield* inner.handle(input, now);"),
    { only: [...ids, 'incidents/ifid-kernel-change'] },
  );
  expect(code).toBe(exitCode.violated);
  for (const id of ids) expect(text).toContain(`FAULT     ${id}`);
  expect(text).toContain('it exited before it was told to stop');
  // No key is rotated there.
  expect(text).toContain('survived  incidents/ifid-kernel-change');
});

function isRunning(pid: string): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

test('threads with agents of their own say the same', () => {
  const inThreads = (workers: string): object => {
    const only = ids.flatMap((id) => ['--only', id]);
    const agent = mutant('publishes-before-install');
    const options = [...only, '--fuzz', '11', '--workers', workers, '--json'];
    const [node = '', ...rest] = compiled.keyturn('agent', 'test', ...options, '--', ...agent);
    const { stdout, stderr, status } = spawnSync(node, rest, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const one = inThreads('1');
  expect(one).toMatchObject({ status: exitCode.violated, stderr: '' });
  expect(inThreads('3')).toEqual(one);
});

test('an agent that can only run once at a time is told of', () => {
  const lock = JSON.stringify(join(folder, 'lock'));
  const lonely = program(
    'yield* inner.handle(input, now);',
    `process.getBuiltinModule('node:fs').writeFileSync(${lock}, '', { flag: 'wx' });`,
  );
  const words = ids.flatMap((id) => ['--only', id]);
  const [node = '', ...rest] = compiled.keyturn('agent', 'test', ...words, '--workers', '2');
  const { stderr, status } = spawnSync(node, [...rest, '--', ...lonely], { encoding: 'utf8' });
  expect(status).toBe(exitCode.badInput);
  expect(stderr).toMatch(/agent\.mjs: the agent cannot be tested: it exited[^]*hint: --workers 1/);
});

test.each([
  ['SIGINT', '1'],
  ['SIGINT', '2'],
  ['SIGTERM', '1'],
  ['SIGHUP', '1'],
  ['SIGKILL', '1'],
  ['SIGKILL', '2'],
] as const)(
  '%s ends it while its agent hangs, and the agent with it, in threads: %s',
  async (signal, workers) => {
    const pidFile = join(folder, `${signal}${workers}.pid`);
    const temporary = join(folder, `${signal}${workers}`);
    mkdirSync(temporary);
    const hangs = program(
      `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(pidFile)}, process.pid + '.');
       for (;;);`,
    );
    const words = [
      'agent',
      'test',
      '--only',
      'rotation/healthy',
      '--only',
      'rotation/slower-than-a-minute',
      '--workers',
      workers,
      '--silence',
      '1000',
      '--',
      ...hangs,
    ];
    const [node = '', ...rest] = compiled.keyturn(...words);
    const harness = spawn(node, rest, {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    });
    const exit = once(harness, 'exit');
    const written = (): string => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '');
    await vi.waitUntil(() => written().endsWith('.'), { timeout: 60_000 });
    const pid = written().slice(0, -1);
    expect(isRunning(pid)).toBe(true);
    harness.kill(signal);
    expect(await exit).toEqual([null, signal]);
    await vi.waitUntil(() => !isRunning(pid) && readdirSync(temporary).length === 0, {
      timeout: 60_000,
    });
  },
);

test('failures that are known do not count, and reports say so', async () => {
  const known = join(folder, 'known.txt');
  const report = join(folder, 'report.xml');
  writeFileSync(known, 'advertise-before-install # we know\nlocal-spi-before-install\n');
  const { code, text } = await tested(mutant('publishes-before-install'), {
    knownFailures: known,
    report,
  });
  expect(code).toBe(exitCode.holds);
  expect(text).toContain('known     incidents/advertise-before-install');
  const xml = readFileSync(report, 'utf8');
  expect(xml).toContain('tests="2" failures="0" errors="0"');
  expect(xml).toContain('<testcase name="incidents/advertise-before-install"');
});

test('a campaign finds what no scenario was asked for, and writes the case', async () => {
  const out = join(folder, 'case.yaml');
  const { code, text } = await tested(mutant('publishes-before-install'), {
    only: ['rotation/healthy'],
    fuzz: 10,
    out,
  });
  expect(code).toBe(exitCode.violated);
  expect(text).toMatch(/campaign: case \d+ violates .*ready-before-advertised/);
  expect(readFileSync(out, 'utf8')).toContain('clusters:');
});

test.each([
  ['an unknown scenario', { only: ['advertise-before-instal'] }, 'there is no such scenario'],
  ['an unknown ending', { report: 'report.pdf' }, 'its ending names no format'],
])('%s is refused before the agent starts', async (_, options, message) => {
  await expect(tested(['/nowhere/agent'], options)).rejects.toThrow(message);
});

test('a command that is no agent is refused', async () => {
  await expect(tested([process.execPath, '-e', ''])).rejects.toThrow('the agent cannot be tested');
});

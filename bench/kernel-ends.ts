/**
 * How `keyturn kernel` ends where something goes wrong: what it says, its exit code, and that no
 * QEMU is left. Part of `npm run test:kernel`; takes the installed kernel.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

interface Ending {
  readonly what: string;
  readonly options?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Done once the kernel runs. */
  readonly disturb?: (keyturn: ChildProcess, qemu: number) => void;
  /** An exit code, or the signal that ended it. */
  readonly code: number | 'SIGKILL';
  readonly says: RegExp;
}

const keyturn = fileURLToPath(new URL('../cli/keyturn.js', import.meta.url));
/** Seconds after which any of these must have ended, whatever the machine does besides. */
const longest = 150;

function endings(withoutQemu: string): readonly Ending[] {
  return [
    {
      what: 'QEMU missing',
      environment: { PATH: withoutQemu },
      code: 2,
      says: /qemu-system-x86_64: not found/,
    },
    {
      what: 'too little memory',
      options: ['--memory', '24', '--boot-limit', '30'],
      code: 3,
      says: /24 MiB of memory, which may be too little/,
    },
    {
      what: 'a boot that takes too long',
      options: ['--boot-limit', '1'],
      code: 3,
      says: /the kernel did not start within 1 s/,
    },
    {
      what: 'a kernel that goes away',
      disturb: (_keyturn, qemu) => process.kill(qemu, 'SIGKILL'),
      code: 3,
      says: /inconclusive: the (channel to the kernel|kernel's process)/,
    },
    {
      what: 'a kernel that no longer answers',
      options: ['--silence', '2'],
      disturb: (_keyturn, qemu) => process.kill(qemu, 'SIGSTOP'),
      code: 3,
      says: /inconclusive: the kernel did not answer for 2 s/,
    },
    {
      what: 'SIGINT',
      disturb: (child) => child.kill('SIGINT'),
      code: 130,
      says: /ended by SIGINT; the kernel was stopped/,
    },
    {
      what: 'SIGTERM',
      disturb: (child) => child.kill('SIGTERM'),
      code: 143,
      says: /ended by SIGTERM; the kernel was stopped/,
    },
    { what: 'SIGKILL', disturb: (child) => child.kill('SIGKILL'), code: 'SIGKILL', says: /runs/ },
  ];
}

async function check(ending: Ending): Promise<readonly string[]> {
  const { options = [], environment, disturb, code, says } = ending;
  const words = [keyturn, 'kernel', 'fuzz', '--runs', '1000000', ...options];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  let qemu: number | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (qemu !== undefined || !text.includes(' runs\n')) return;
    qemu = childOf(child.pid as number);
    if (qemu !== undefined) disturb?.(child, qemu);
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), longest * 1000);
  const ended = await new Promise<number | string | null>((resolve) => {
    child.once('close', (exit, signal) => {
      resolve(exit ?? signal);
    });
  });
  clearTimeout(limit);
  const problems: string[] = [];
  if (ended !== code) problems.push(`ended with ${String(ended)}, not ${code}`);
  if (!says.test(text)) problems.push(`says: ${text}`);
  if (disturb !== undefined && qemu === undefined) problems.push('no QEMU was found to run');
  if (qemu !== undefined && !(await isGone(qemu))) problems.push(`QEMU ${qemu} is left`);
  return problems;
}

/** The only child of a process: QEMU, which `setpriv` has become. */
function childOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

/** A killed process takes a moment to end. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (!isRunning(pid)) return true;
    await wait(100);
  }
  return false;
}

/** A zombie does not run: it waits for its parent to take note. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'keyturn-ends-'));
const setpriv = execFileSync('sh', ['-c', 'command -v setpriv'], { encoding: 'utf8' }).trim();
symlinkSync(setpriv, join(folder, 'setpriv'));
let failed = 0;
for (const ending of endings(folder)) {
  const problems = await check(ending);
  if (problems.length > 0) failed += 1;
  console.log(
    `${problems.length === 0 ? 'ok' : 'FAILED'}  ${ending.what}: ends with ${ending.code}`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
}
rmSync(folder, { recursive: true });
process.exit(failed === 0 ? 0 : 1);

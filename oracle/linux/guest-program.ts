import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defined } from '../../model/assert.ts';
import { KernelMissing } from './failure.ts';
import { cacheFolder } from './kernel-image.ts';

const compiler = 'gcc';
const flags = ['-static', '-O2', '-Wall', '-Wextra'];

/** The path of the guest program, compiled now unless that was done before. */
export function guestProgram(): string {
  const source = sourceFile();
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const program = join(cacheFolder(), `guest-${digest}`);
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  // Two runs may compile at once: each writes a file of its own, and the last rename wins.
  const draft = `${program}.${String(process.pid)}`;
  const run = spawnSync(compiler, [...flags, '-o', draft, source], { encoding: 'utf8' });
  if (run.error !== undefined) {
    throw new KernelMissing(
      `${compiler}: not found\n  hint: the program inside the kernel is compiled from ${source}; \`apt-get install gcc libc6-dev\``,
    );
  }
  if (run.status !== 0) throw new KernelMissing(`${compiler} failed on ${source}\n${run.stderr}`);
  renameSync(draft, program);
  return program;
}

/** The source lies in the package, next to this file or, once compiled, in its source folder. */
function sourceFile(): string {
  const path = join('oracle', 'linux', 'guest', 'guest.c');
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, path))) {
    const parent = dirname(folder);
    defined(parent === folder ? undefined : parent, path);
    folder = parent;
  }
  return join(folder, path);
}

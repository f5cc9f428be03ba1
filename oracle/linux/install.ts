import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KernelMissing } from './failure.ts';
import { cacheFolder, findImage, type KernelImage } from './kernel-image.ts';

/** What the machine that boots the kernel needs, and in which package it is. */
const programs: readonly (readonly [string, string])[] = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['setpriv', 'util-linux'],
  ['gcc', 'gcc'],
  ['xz', 'xz-utils'],
];
const libraries = ['libc6-dev'];
const metaPackage = 'linux-image-cloud-amd64';

/**
 * Installs QEMU and a compiler where they are missing, which takes root, and unpacks the kernel
 * that the machine's Debian has for clouds into the cache, which takes nothing.
 */
export function install(say: (line: string) => void): KernelImage {
  if (!has('apt-get')) {
    throw new KernelMissing(
      'apt-get: not found\n  expected: Debian or a descendant of it\n  hint: elsewhere install QEMU (x86) and gcc, and give --kernel and --modules',
    );
  }
  const missing = programs.filter(([program]) => !has(program)).map(([, name]) => name);
  if (missing.length > 0) {
    if (process.getuid?.() !== 0) {
      throw new KernelMissing(
        `only root may install packages, and these are missing: ${missing.join(', ')}\n  hint: run this as root, or \`apt-get install ${missing.join(' ')}\``,
      );
    }
    say(`installing ${missing.join(', ')}`);
    apt(['update', '-q']);
    apt(['install', '-q', '-y', '--no-install-recommends', ...missing, ...libraries]);
  }
  const known = installed();
  if (known !== undefined) return known;
  fetchKernel(say);
  return findImage({});
}

function installed(): KernelImage | undefined {
  try {
    return findImage({});
  } catch (error) {
    if (error instanceof KernelMissing) return undefined;
    throw error;
  }
}

/** The meta package depends on the image of the present version, and on nothing else of use. */
function fetchKernel(say: (line: string) => void): void {
  const name =
    imageName() ?? (process.getuid?.() === 0 ? (apt(['update', '-q']), imageName()) : undefined);
  if (name === undefined) {
    throw new KernelMissing(
      `${metaPackage}: apt knows no such package\n  hint: \`apt-get update\``,
    );
  }
  removeRemains();
  const folder = join(cacheFolder(), `fetch-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    say(`fetching ${name}`);
    run('apt-get', ['download', '-q', name], folder);
    const [file] = readdirSync(folder).filter((entry) => entry.endsWith('.deb'));
    if (file === undefined) throw new KernelMissing(`apt-get download ${name}: it left no file`);
    run('dpkg', ['-x', file, 'linux'], folder);
    // Another installation may have come first, and its kernel be in use.
    if (installed() !== undefined) return;
    const target = join(cacheFolder(), 'linux');
    rmSync(target, { recursive: true, force: true });
    renameSync(join(folder, 'linux'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What installations that were killed have left. */
function removeRemains(): void {
  const names = existsSync(cacheFolder()) ? readdirSync(cacheFolder()) : [];
  for (const name of names) {
    const pid = /^fetch-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(join(cacheFolder(), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function imageName(): string | undefined {
  const shown = spawnSync('apt-cache', ['depends', metaPackage], { encoding: 'utf8' });
  return /Depends: (linux-image-\S+)/.exec(shown.stdout)?.[1];
}

function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function apt(words: readonly string[]): void {
  run('apt-get', words);
}

function run(program: string, words: readonly string[], folder?: string): void {
  const done = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.status === 0) return;
  const text = (done.stderr || done.stdout || (done.error?.message ?? '')).trim();
  throw new KernelMissing(`${program} ${words.join(' ')} failed:\n${text}`);
}

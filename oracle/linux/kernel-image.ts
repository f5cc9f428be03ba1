import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type KernelName, kernelNames } from '../../model/xfrm/index.ts';
import { KernelMissing } from './failure.ts';

/** A kernel that can be booted. */
export interface KernelImage {
  /** The kernel itself, a bzImage. */
  readonly kernel: string;
  /** The folder with its modules. */
  readonly modules: string;
  /** As `uname -r` would print it. */
  readonly release: string;
  /** Which of the model's kernels behaves like it. */
  readonly profile: KernelName;
}

/** Where `keyturn kernel install` puts what it fetches. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  // Set but empty is as good as not set (XDG Base Directory Specification).
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'keyturn');
}

/** The image at these places, or else the one that was installed. */
export function findImage(given: {
  readonly kernel?: string | undefined;
  readonly modules?: string | undefined;
}): KernelImage {
  if ((given.kernel === undefined) !== (given.modules === undefined)) {
    throw new KernelMissing('--kernel and --modules belong together: give both, or none');
  }
  const { kernel, modules } =
    given.kernel !== undefined && given.modules !== undefined
      ? { kernel: given.kernel, modules: given.modules }
      : installedImage();
  const release = releaseOf(kernel);
  return { kernel, modules, release, profile: profileOf(release) };
}

function installedImage(): { kernel: string; modules: string } {
  const folder = join(cacheFolder(), 'linux');
  const boot = join(folder, 'boot');
  const names = existsSync(boot) ? readdirSync(boot) : [];
  const kernel = names
    .filter((name) => name.startsWith('vmlinuz-'))
    .sort()
    .at(-1);
  if (kernel === undefined) {
    throw new KernelMissing(
      `there is no kernel in ${folder}\n  hint: \`keyturn kernel install\` fetches Debian's, or give --kernel and --modules`,
    );
  }
  const release = kernel.slice('vmlinuz-'.length);
  return { kernel: join(boot, kernel), modules: join(folder, 'lib', 'modules', release) };
}

/**
 * The version that a bzImage tells. Source: Linux, Documentation/arch/x86/boot.rst: `kernel_version`,
 * and for its length `setup_sects` and `syssize`.
 */
function releaseOf(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new KernelMissing(`${path}: there is no such file\n  expected: a kernel (bzImage)`);
  }
  const image = readFileSync(path);
  if (image.length < 0x400 || image.toString('latin1', 0x202, 0x206) !== 'HdrS') {
    throw new KernelMissing(
      `${path}: this is no Linux kernel for x86\n  expected: a bzImage, as vmlinuz-RELEASE of a Debian kernel package`,
    );
  }
  const octets = (image.readUInt8(0x1f1) + 1) * 512 + image.readUInt32LE(0x1f4) * 16;
  if (image.length < octets) {
    throw new KernelMissing(
      `${path}: this kernel is cut off: it has ${image.length} octets of ${octets}\n  hint: fetch it again, or unpack its package again`,
    );
  }
  const at = 0x200 + image.readUInt16LE(0x20e);
  return image.toString('latin1', at, image.indexOf(0, at)).split(' ')[0] ?? '';
}

/** The newest generation that the model knows and that is not newer than this release. */
export function profileOf(release: string): KernelName {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const age = major * 1000 + minor;
  const known = kernelNames.filter((name) => {
    const [itsMajor = 0, itsMinor = 0] = name.split('.').map(Number);
    return itsMajor * 1000 + itsMinor <= age;
  });
  const newest = known.at(-1);
  if (newest === undefined) {
    throw new KernelMissing(
      `Linux ${release}: the model has no such kernel\n  expected: one of ${kernelNames.join(', ')}, or newer`,
    );
  }
  return newest;
}

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { KernelMissing } from './failure.ts';

/**
 * What ESP needs, with the random generator that its IVs come from and the algorithms that a secret may
 * name, and the devices around it. Of those not there, the kernel has them built in, or does without.
 */
const wanted: readonly string[] = [
  'virtio_pci',
  'virtio_console',
  'tun',
  'veth',
  'sch_plug',
  'jitterentropy_rng',
  'sha512_generic',
  'sha256_generic',
  'sha1_generic',
  'hmac',
  'cbc',
  'authenc',
  'authencesn',
  'drbg',
  'ctr',
  'ghash_generic',
  'ghash_clmulni_intel',
  'aesni_intel',
  'gcm',
  'ccm',
  'chacha_generic',
  'poly1305_generic',
  'chacha20poly1305',
  'des_generic',
  'seqiv',
  'echainiv',
  'xfrm_user',
  'esp4',
  'esp6',
];

export interface KernelModule {
  readonly name: string;
  readonly content: Buffer;
}

/** The modules to load into a kernel of this release, in the order in which that works. */
export function modulesToLoad(folder: string, release: string): readonly KernelModule[] {
  const files = moduleFiles(folder);
  const loaded = new Map<string, KernelModule>();
  const load = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || loaded.has(name)) return;
    const content = readModule(file);
    for (const needed of dependencies(content)) load(needed);
    loaded.set(name, { name, content });
  };
  for (const name of wanted) load(name);
  const esp = loaded.get('esp4');
  if (esp === undefined) {
    throw new KernelMissing(
      `${folder}: there is no module esp4 in it\n  expected: the folder of a kernel's modules, as lib/modules/RELEASE of a Debian kernel package`,
    );
  }
  const theirs = modinfo(esp.content, 'vermagic').split(' ')[0];
  if (theirs !== release) {
    throw new KernelMissing(
      `${folder}: these are the modules of Linux ${theirs}\n  expected: those of the kernel, ${release}`,
    );
  }
  return [...loaded.values()];
}

function moduleFiles(folder: string): ReadonlyMap<string, string> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new KernelMissing(
      `${folder}: there is no such folder\n  expected: the folder of the kernel's modules`,
    );
  }
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => /\.ko(\.xz)?$/.test(path))
      .map((path) => [moduleName(basename(path).replace(/\.ko(\.xz)?$/, '')), join(folder, path)]),
  );
}

/** A module's file may be written with hyphens, its name never is. */
function moduleName(file: string): string {
  return file.replaceAll('-', '_');
}

function readModule(file: string): Buffer {
  if (!file.endsWith('.xz')) return readFileSync(file);
  return execFileSync('xz', ['-dc', file], { maxBuffer: 1 << 28 });
}

function dependencies(content: Buffer): readonly string[] {
  const text = modinfo(content, 'depends');
  return text === '' ? [] : text.split(',').map(moduleName);
}

/** The section `.modinfo` of a module holds texts like `depends=esp4,xfrm_algo`, each ended by a zero. */
function modinfo(content: Buffer, name: string): string {
  const start = content.indexOf(`\0${name}=`);
  if (start < 0) return '';
  const from = start + name.length + 2;
  return content.toString('latin1', from, content.indexOf(0, from));
}

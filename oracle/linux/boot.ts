import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { KernelLost, KernelMissing } from './failure.ts';
import { guestProgram } from './guest-program.ts';
import { cpioArchive } from './initramfs.ts';
import type { KernelImage } from './kernel-image.ts';
import { modulesToLoad } from './kernel-modules.ts';
import { awaitHello, type Machine, superviseChild } from './machine.ts';

const emulator = 'qemu-system-x86_64';
/** Becomes the program that it starts, which the kernel of this machine kills when its parent dies. */
const dyingWithParent = 'setpriv';

export interface BootOptions {
  /** MiB. */
  readonly memory: number;
  /** How long the boot may take, in milliseconds. On a busy machine it was seen to take 4 to 20 s. */
  readonly limit: number;
  /** How long the kernel may leave a request unanswered, in milliseconds. */
  readonly silence: number;
}

/** MiB that were always enough. */
const enoughMemory = 512;

/** Boots a kernel in QEMU, by software emulation: no privileges, nothing of this machine's kernel. */
export async function boot(
  image: KernelImage,
  { memory, limit, silence }: BootOptions,
): Promise<Machine> {
  requireEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-kernel-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  // A signal ends the process in the middle of this.
  process.once('exit', remove);
  try {
    const archive = join(folder, 'initramfs');
    writeFileSync(archive, initramfs(image));
    const words = ['--pdeathsig', 'KILL', emulator, ...argumentsFor(image.kernel, archive, memory)];
    const child = spawn(dyingWithParent, words, {
      // 1: the kernel's console; 2: QEMU's own words; 3: the channel, a pair of sockets.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const channel = child.stdio[3] as Duplex;
    const started = superviseChild(child, { from: channel, to: channel }, silence);
    await awaitHello(started, limit).catch((error: unknown) => {
      throw memory < enoughMemory ? withMemory(error as Error, memory) : error;
    });
    const { release, profile } = image;
    return { channel: started.channel, stop: started.stop, release, profile, ownsClock: true };
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function requireEmulator(): void {
  if (spawnSync(dyingWithParent, ['--version']).error !== undefined) {
    throw new KernelMissing(
      `${dyingWithParent}: not found\n  expected: that of util-linux, so that QEMU never outlives keyturn\n  hint: \`apt-get install util-linux\``,
    );
  }
  if (spawnSync(emulator, ['--version']).status === 0) return;
  throw new KernelMissing(
    `${emulator}: not found\n  hint: \`keyturn kernel install\` installs it, as does \`apt-get install qemu-system-x86\`; --native needs none`,
  );
}

/** A kernel that has too little memory to start says nothing, or what hides it. */
function withMemory({ message }: Error, memory: number): KernelLost {
  return new KernelLost(
    `${message}\n  hint: its machine has ${memory} MiB of memory, which may be too little; ${enoughMemory} are enough (--memory)`,
  );
}

function argumentsFor(kernel: string, archive: string, memory: number): readonly string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-machine', 'pc', '-accel', 'tcg', '-cpu', 'max', '-smp', '1', '-m', String(memory)],
    ...['-kernel', kernel, '-initrd', archive],
    ...[
      '-append',
      'console=ttyS0 quiet panic=-1 mitigations=off tsc=unstable random.trust_cpu=on rcupdate.rcu_expedited=1',
    ],
    ...['-serial', 'stdio'],
    ...['-chardev', 'socket,id=channel,fd=3', '-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=channel'],
  ];
}

function initramfs(image: KernelImage): Buffer {
  const modules = modulesToLoad(image.modules, image.release);
  const paths = modules.map(({ name }) => `/m/${name}.ko`);
  return cpioArchive(
    ['m', 'proc', 'dev'],
    [
      { name: 'init', content: readFileSync(guestProgram()), executable: true },
      { name: 'modules', content: Buffer.from(`${paths.join('\n')}\n`) },
      ...modules.map(({ name, content }) => ({ name: `m/${name}.ko`, content })),
    ],
  );
}

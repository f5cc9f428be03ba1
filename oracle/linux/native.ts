import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { defined } from '../../model/assert.ts';
import { KernelMissing } from './failure.ts';
import { guestProgram } from './guest-program.ts';
import { profileOf } from './kernel-image.ts';
import { KernelSpace } from './kernel-space.ts';
import { awaitHello, type Machine, superviseChild } from './machine.ts';
import { addState } from './netlink/xfrm-requests.ts';
import { place, sequenceLayout } from './sequences/layout.ts';
import { sequenceKeyMaterial, sequenceKeys } from './sequences/sequence-keys.ts';

const startLimit = 10_000;

/**
 * This machine's own kernel, in network namespaces of its own: nothing outside of them is touched.
 * `silence`: how long it may leave a request unanswered, in milliseconds.
 */
export async function openNative(silence: number): Promise<Machine> {
  if (process.getuid?.() !== 0) {
    throw new KernelMissing(
      '--native: only root may make network namespaces\n  hint: without --native a kernel is booted in QEMU, which any user may do',
    );
  }
  if (!existsSync('/proc/net/xfrm_stat')) throw new KernelMissing(withoutEsp('no XFRM'));
  const child = spawn(guestProgram(), ['stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const pipes: { from: Readable; to: Writable } = { from: child.stdout, to: child.stdin };
  const started = superviseChild(child, pipes, silence);
  await awaitHello(started, startLimit);
  const machine: Machine = {
    channel: started.channel,
    stop: started.stop,
    release: release(),
    profile: profileOf(release()),
    ownsClock: false,
  };
  try {
    await requireEsp(machine);
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

/** Adds a state, which fails where ESP, AES-GCM or a random generator is missing. */
async function requireEsp(machine: Machine): Promise<void> {
  const space = KernelSpace.open(machine, 1, { ...sequenceLayout, canHold: false });
  const key = defined(sequenceKeys[0], 'a key');
  const shape = {
    mode: 'tunnel',
    reqid: 1,
    markMask: 0,
    replay: { kind: 'legacy', window: 0 },
    icvBits: 128,
  } as const;
  const ends = { source: place.remote, destination: place.local };
  const state = { ...ends, shape, spi: 3, markValue: 0, key };
  const answer = await space.xfrm(addState(state, sequenceKeyMaterial(key)));
  const problem = await space.close().then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  if (problem !== undefined) throw new KernelMissing(`--native: ${problem}`);
  if (answer !== 'ok') throw new KernelMissing(withoutEsp(`adding an ESP state answers ${answer}`));
}

function withoutEsp(what: string): string {
  return `--native: the kernel of this machine (${release()}) has no ESP with AES-GCM: ${what}\n  hint: without --native a kernel is booted in QEMU`;
}

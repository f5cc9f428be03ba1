import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { KernelName } from '../../model/xfrm/index.ts';
import { Channel } from './channel.ts';
import { KernelLost } from './failure.ts';

/** A running kernel, and the way to it. */
export interface Machine {
  readonly channel: Channel;
  readonly release: string;
  readonly profile: KernelName;
  /** Whether its clock may be set: not where it is that of the machine we run on. */
  readonly ownsClock: boolean;
  /** Ends it; nothing of it is left then. */
  stop(): Promise<void>;
}

/** Every child that runs now: whatever ends this process ends them too. */
const running = new Set<ChildProcess>();
let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  const killAll = (): void => {
    for (const child of running) child.kill('SIGKILL');
  };
  process.on('exit', killAll);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      killAll();
      process.stderr.write(`keyturn: ended by ${signal}; the kernel was stopped\n`);
      process.exit(code);
    });
  }
}

/** How many characters of a child's error output are kept, for the message if it fails. */
const keptOutput = 4000;

export interface Started {
  readonly channel: Channel;
  readonly stop: () => Promise<void>;
  /** Its last words on standard error. */
  readonly output: () => string;
}

/** Keeps watch over a child that serves a channel; its other outputs are kept for messages. */
export function superviseChild(
  child: ChildProcess,
  { from, to }: { readonly from: Readable; readonly to: Writable },
  silence: number,
): Started {
  watch();
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null || stream === from) continue;
    stream.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-keptOutput);
    });
  }
  const channel = new Channel(from, to, silence);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      channel.fail(new KernelLost(`the kernel's process ended\n${text}`));
      resolve();
    });
    child.once('error', () => {
      running.delete(child);
      resolve();
    });
  });
  const stop = (): Promise<void> => {
    child.kill('SIGKILL');
    return ended;
  };
  return { channel, stop, output: () => text };
}

/** The first answer of a kernel that starts: without it within the limit, it is stopped. */
export async function awaitHello(started: Started, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new KernelLost(`the kernel did not start within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  try {
    await Promise.race([started.channel.request({ operation: 'hello' }), limit]);
  } catch (error) {
    started.channel.fail(new KernelLost('the kernel was stopped'));
    await started.stop();
    const reason = error instanceof Error ? error.message : String(error);
    const output = started.output().trimEnd();
    const lastWords = output === '' ? 'it printed nothing' : `its last words:\n${output}`;
    throw reason.includes(output) && output !== ''
      ? new KernelLost(reason)
      : new KernelLost(`${reason}; ${lastWords}`);
  } finally {
    clearTimeout(timer);
  }
}

import { Worker } from 'node:worker_threads';

/** What bounds a process that does not come to an end. */
export interface ProcessLimits {
  /** How long it may say nothing while it is waited for, in milliseconds of real time. */
  readonly silenceMs: number;
  /** Its resident memory, in MiB; held where there is a /proc. */
  readonly memoryMiB: number;
  /** What it may write to standard error in all, in MiB. */
  readonly errorMiB: number;
}

export const processLimits: ProcessLimits = { silenceMs: 10_000, memoryMiB: 1024, errorMiB: 16 };

/** Why the watchdog ended a process. */
export type Bite = 'hung' | 'memory' | 'flooded';

const bites: readonly (Bite | undefined)[] = [undefined, 'hung', 'memory', 'flooded'];

/** One watched process: process id, turns (odd: it is waited for), bite, standard error's descriptor. */
const width = 4;
const slots = 1024;

/**
 * Ends processes that overstep a limit. It runs in a thread of its own, since the main one waits for
 * the very process: reading from it blocks. What was read from then ends, and the wait with it.
 */
export class Watchdog {
  readonly #table = new Int32Array(new SharedArrayBuffer(4 * width * slots));
  readonly #worker: Worker;

  constructor(limits: ProcessLimits) {
    this.#worker = new Worker(`(${watch.toString()})()`, {
      eval: true,
      workerData: { table: this.#table, limits, width },
    });
    this.#worker.unref();
  }

  /** Watches a process from now on; answers the number of its slot. */
  watch(pid: number, errorDescriptor: number): number {
    for (let slot = 0; slot < slots; slot += 1) {
      const base = slot * width;
      if (Atomics.load(this.#table, base) !== 0) continue;
      Atomics.store(this.#table, base + 1, 0);
      Atomics.store(this.#table, base + 2, 0);
      Atomics.store(this.#table, base + 3, errorDescriptor);
      Atomics.store(this.#table, base, pid);
      return slot;
    }
    throw new Error(`more than ${slots} processes at once`);
  }

  /** The process is waited for from now on, or no longer. */
  turn(slot: number): void {
    Atomics.add(this.#table, slot * width + 1, 1);
  }

  bite(slot: number): Bite | undefined {
    return bites[Atomics.load(this.#table, slot * width + 2)];
  }

  /** Must come before the process is waited for by the system: its number may then be another's. */
  forget(slot: number): void {
    Atomics.store(this.#table, slot * width, 0);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The thread's own code: nothing of this module is there. */
function watch(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const fs = process.getBuiltinModule('node:fs');
  const { table, limits, width } = workerData as {
    readonly table: Int32Array;
    readonly limits: { silenceMs: number; memoryMiB: number; errorMiB: number };
    readonly width: number;
  };
  const seen = new Map<number, { pid: number; turns: number; since: number }>();
  const mebibyte = 1024 * 1024;

  const residentMiB = (pid: number): number => {
    try {
      const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      return (pages * 4096) / mebibyte;
    } catch {
      return 0; // no /proc, or no such process any more
    }
  };

  const errorMiB = (descriptor: number): number => {
    try {
      return fs.fstatSync(descriptor).size / mebibyte;
    } catch {
      return 0; // closed in between
    }
  };

  const verdictOn = (slot: number, pid: number): number => {
    const turns = Atomics.load(table, slot * width + 1);
    const now = performance.now();
    const before = seen.get(slot);
    if (before?.pid !== pid || before.turns !== turns) seen.set(slot, { pid, turns, since: now });
    else if (turns % 2 === 1 && now - before.since > limits.silenceMs) return 1;
    if (residentMiB(pid) > limits.memoryMiB) return 2;
    return errorMiB(Atomics.load(table, slot * width + 3)) > limits.errorMiB ? 3 : 0;
  };

  setInterval(() => {
    for (let slot = 0; slot * width < table.length; slot += 1) {
      const pid = Atomics.load(table, slot * width);
      if (pid === 0) continue;
      const verdict = verdictOn(slot, pid);
      if (verdict === 0 || Atomics.load(table, slot * width) !== pid) continue;
      Atomics.compareExchange(table, slot * width + 2, 0, verdict);
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // it ended by itself
      }
    }
  }, 50);
}

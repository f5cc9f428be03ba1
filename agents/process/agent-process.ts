import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Channel, ChannelLine, Fault, FaultKind } from '../wire/index.ts';
import { type ChannelEnd, DescriptorChannel } from './descriptor-channel.ts';
import type { Guard } from './guard.ts';
import type { PipeMaker, Pipes } from './pipes.ts';
import type { ProcessLimits, Watchdog } from './watchdog.ts';

/** How a process is started, watched and bounded. */
export interface ProcessParts {
  readonly command: readonly string[];
  readonly pipes: PipeMaker;
  readonly guard: Guard;
  readonly watchdog: Watchdog;
  readonly limits: ProcessLimits;
}

/** One process of an agent: its own group, so that what it starts ends with it. */
export class AgentProcess implements Channel {
  readonly #parts: ProcessParts;
  readonly #pipes: Pipes;
  readonly #child: ChildProcess;
  readonly #channel: DescriptorChannel;
  readonly #slot: number;
  #ended: Fault | undefined = undefined;
  #isOver = false;

  constructor(parts: ProcessParts) {
    const [program = '', ...words] = parts.command;
    this.#parts = parts;
    this.#pipes = parts.pipes.open();
    const { childInput, childOutput, error, fromChild, toChild } = this.#pipes;
    this.#child = spawn(program, words, {
      detached: true,
      stdio: [childInput, childOutput, error],
    });
    this.#child.on('error', (reason) => {
      this.#ended ??= { kind: 'notStarted', message: reason.message };
    });
    this.#child.unref();
    closeSync(childInput);
    closeSync(childOutput);
    this.#channel = new DescriptorChannel({
      input: fromChild,
      output: toChild,
      ended: (end) => this.#whyEnded(end),
    });
    const { pid } = this.#child;
    this.#slot = pid === undefined ? -1 : parts.watchdog.watch(pid, error);
    if (pid === undefined) {
      this.#ended = { kind: 'notStarted', message: `${program} cannot be started` };
    } else {
      parts.guard.add(pid);
    }
  }

  write(text: string): void {
    if (this.#ended === undefined) this.#channel.write(text);
  }

  readLine(): ChannelLine {
    if (this.#ended !== undefined) return { kind: 'ended', fault: this.#ended };
    this.#parts.watchdog.turn(this.#slot);
    const line = this.#channel.readLine();
    this.#parts.watchdog.turn(this.#slot);
    if (line.kind === 'line') return line;
    this.#ended = line.fault;
    this.end();
    return line;
  }

  /** Ends the process, and all that it started. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended ??= { kind: 'exited', message: 'it was ended' };
    const { pid } = this.#child;
    if (pid !== undefined) {
      this.#parts.watchdog.forget(this.#slot);
      kill(pid);
      this.#parts.guard.remove(pid);
    }
    closeSync(this.#pipes.toChild);
    closeSync(this.#pipes.fromChild);
    closeSync(this.#pipes.error);
  }

  #whyEnded({ rest, isTold }: ChannelEnd): Fault {
    const { silenceMs, memoryMiB, errorMiB } = this.#parts.limits;
    const half =
      rest === '' ? '' : ` in the middle of a line: ${JSON.stringify(rest.slice(0, 80))}`;
    const told = this.#lastError();
    switch (this.#parts.watchdog.bite(this.#slot)) {
      case 'hung': {
        const silence = `for ${silenceMs / 1000} s`;
        if (!isTold) return fault('flooded', `it read none of what it was told ${silence}`);
        return fault('hung', `it said nothing ${silence}${half === '' ? '' : `,${half}`}`);
      }
      case 'memory':
        return fault('memory', `it took more than ${memoryMiB} MiB of memory`);
      case 'flooded':
        return fault('flooded', `it wrote more than ${errorMiB} MiB to standard error`);
      case undefined:
        if (half === '') return fault('exited', `it exited before it was told to stop${told}`);
        return fault('halfALine', `it exited${half}${told}`);
    }
  }

  /** The end of what it wrote to standard error, for people. */
  #lastError(): string {
    const { error } = this.#pipes;
    const { size } = fstatSync(error);
    const bytes = Buffer.alloc(Math.min(size, 400));
    readSync(error, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString('utf8').trim().split('\n');
    const last = lines.at(-1) ?? '';
    return last === '' ? '' : `; its standard error ends: ${last}`;
  }
}

function fault(kind: FaultKind, message: string): Fault {
  return { kind, message };
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended, and everything in its group with it.
  }
}

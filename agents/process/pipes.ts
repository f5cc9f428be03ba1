import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Two pipes to a process, and a file for its standard error. */
export interface Pipes {
  readonly toChild: number;
  readonly fromChild: number;
  readonly childInput: number;
  readonly childOutput: number;
  readonly error: number;
}

const batch = 8;

/**
 * Makes pipes that are read and written without an event loop: the simulator is synchronous, and
 * Node's own pipes to children are not. Named pipes lose their names as soon as they are open.
 */
export class PipeMaker {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #made = 0;

  /** Their names are in this folder until they are open. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  open(): Pipes {
    const name = this.#take();
    const [input, output] = [`${name}.in`, `${name}.out`];
    // Opened for both ways first: otherwise opening one end waits for the other.
    const holdInput = openSync(input, constants.O_RDWR);
    const holdOutput = openSync(output, constants.O_RDWR);
    const pipes: Pipes = {
      childInput: openSync(input, constants.O_RDONLY),
      toChild: openSync(input, constants.O_WRONLY),
      childOutput: openSync(output, constants.O_WRONLY),
      fromChild: openSync(output, constants.O_RDONLY),
      error: openSync(`${name}.err`, 'wx+'),
    };
    closeSync(holdInput);
    closeSync(holdOutput);
    for (const path of [input, output, `${name}.err`]) rmSync(path);
    return pipes;
  }

  #take(): string {
    if (this.#ready.length === 0) this.#make();
    return this.#ready.pop() as string;
  }

  #make(): void {
    for (let i = 0; i < batch; i += 1) {
      this.#made += 1;
      this.#ready.push(join(this.#folder, String(this.#made)));
    }
    const paths = this.#ready.flatMap((name) => [`${name}.in`, `${name}.out`]);
    execFileSync('mkfifo', paths, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Waits for the end of the harness; then kills each group that has a file, and removes the folder. */
const script = `
  cat
  for file in "$1"/groups/*; do kill -s KILL -- "-\${file##*/}"; done
  rm -rf -- "$1"
`;

/**
 * Ends the process groups of agents with the harness, however that ends: also where it is killed, or gets
 * a signal while it waits for an agent. So it is a process of its own, and out of reach of the terminal's
 * Ctrl-C. Its standard input ends with the harness.
 */
export class Guard {
  /** For files of the harness and its agents; it goes when the harness does. */
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-'));
  readonly #process: ChildProcess;

  constructor() {
    mkdirSync(join(this.folder, 'groups'));
    this.#process = spawn('sh', ['-c', script, 'sh', this.folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#process.unref();
  }

  /** Has a process group, whose leader has this number, end with the harness. */
  add(group: number): void {
    writeFileSync(this.#fileOf(group), '');
  }

  /** The group has ended: its number may soon be another's. */
  remove(group: number): void {
    rmSync(this.#fileOf(group), { force: true });
  }

  /** As the end of the harness. */
  close(): void {
    this.#process.stdin?.end();
  }

  #fileOf(group: number): string {
    return join(this.folder, 'groups', String(group));
  }
}

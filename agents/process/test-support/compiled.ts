import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The package, compiled to a folder of its own: agents run in processes, which need JavaScript. */
export class CompiledPackage {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-compiled-'));

  constructor() {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // Types are checked by `npm run typecheck`.
    const options = ['-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false'];
    const output = ['--outDir', join(this.folder, 'dist')];
    execFileSync(process.execPath, [compiler, ...options, ...output], { cwd: root });
    cpSync(join(root, 'package.json'), join(this.folder, 'package.json'));
    for (const name of ['node_modules', 'scenarios']) {
      symlinkSync(join(root, name), join(this.folder, name));
    }
  }

  /** The command line of `keyturn` with these words. */
  keyturn(...words: readonly string[]): readonly string[] {
    return [process.execPath, join(this.folder, 'dist', 'cli', 'keyturn.js'), ...words];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** The command as `npm run build` made it. */
export const command = join(
  fileURLToPath(new URL('../..', import.meta.url)),
  'dist',
  'cli',
  'keyturn.js',
);

/** What the command prints, whatever its exit code. */
export function keyturn(...words: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [command, ...words], { encoding: 'utf8' });
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

/** Debian's Chromium, or the one that `CHROMIUM` names, asking nobody for anything by itself. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder that is gone when the test is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes a file there, and says where it is. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The fixtures of the importer: two meshed clusters, as kubectl prints them. */
export function fixturePath(name: string): string {
  return new URL(`../../scenarios/inventory/fixtures/${name}`, import.meta.url).pathname;
}

/** Two nodes, one rotation; the second has the new key after `sync`, the old one goes after 1 to 2 minutes. */
export function scenarioText(sync: string, more = ''): string {
  return `title: Two nodes
seed: 7
clusters:
  - name: east
    nodes: 2
    release: cilium-1.19
    settings:
      ipsec-key-rotation-duration: 1m
delays:
  secretSync: uniform(0s, 10s)
  at:
    - nodes: east/n2
      secretSync: ${sync}
traffic:
  - every: 1s
procedure:
  - wait: 10s
  - rotate: east
  - wait: 6m
${more}`;
}

export const safeText = scenarioText('20s');
export const unsafeText = scenarioText('4m');
export const expectsUnsafe = 'expect:\n  verdict: unsafe\n';
/** A limit that is reached before the rotation. */
export const limited = 'limits:\n  time: 5s\n';

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { makeFolder, put } from '../test-support/folder.ts';
import { fuzz, type FuzzOptions } from './fuzz.ts';
import { run } from './run.ts';

/** A campaign in this thread: the compiled command is tested with worker threads. */
function options(out: string, more: Partial<FuzzOptions> = {}): FuzzOptions {
  return { runs: 50, seed: 1, property: [], profile: [], workers: 0, out, ...more };
}

const early: Partial<FuzzOptions> = {
  profile: ['cilium-1.18'],
  property: ['chosen-key-usable'],
};

/** What the command prints, and its exit code; with no file where it fails before the campaign. */
async function fuzzed(given: FuzzOptions): Promise<{ text: string; code: number }> {
  const { text, value } = captured(() => fuzz(given));
  const rest = await capturedLater(value);
  return { text: text + rest.text, code: rest.value };
}

async function capturedLater<Value>(promise: Promise<Value>) {
  const write = process.stdout.write.bind(process.stdout);
  const pieces: string[] = [];
  process.stdout.write = (piece: string | Uint8Array) => pieces.push(String(piece)) > 0;
  try {
    const value = await promise;
    return { text: pieces.join(''), value };
  } finally {
    process.stdout.write = write;
  }
}

async function refusal(more: Partial<FuzzOptions>, out?: string): Promise<string> {
  const path = out ?? join(makeFolder(), 'case.yaml');
  const error = await fuzz(options(path, more)).catch((reason: unknown) => reason);
  expect(existsSync(path) && out === undefined).toBe(false);
  return messageOf(() => {
    throw error;
  });
}

it('writes a counterexample that its file and its place repeat, octet for octet', async () => {
  const folder = makeFolder();
  const [first, second] = [join(folder, 'first.yaml'), join(folder, 'second.yaml')];
  const found = await fuzzed(options(first, early));
  expect(found.code).toBe(1);
  const again = /^Replay it: keyturn fuzz --seed 1 --replay (\S+) /m.exec(found.text)?.[1];
  const replayed = await fuzzed(options(second, { ...early, replay: again as string }));
  expect(replayed.code).toBe(1);
  expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'));

  const digest = /^digest {3}(\w+)/m;
  const ran = captured(() => run(first, {}));
  expect(ran.value).toBe(1);
  expect(digest.exec(found.text)?.[1]).toMatch(/^[0-9a-f]{16}$/);
  expect(digest.exec(ran.text)?.[1]).toBe(digest.exec(found.text)?.[1]);
  expect(digest.exec(replayed.text)?.[1]).toBe(digest.exec(found.text)?.[1]);
});

it('reports what it has when it is interrupted, and is then inconclusive', async () => {
  const { text, value } = captured(() =>
    fuzz(options(join(makeFolder(), 'case.yaml'), { runs: 1_000_000 })),
  );
  process.emit('SIGINT');
  const { text: rest, value: code } = await capturedLater(value);
  expect(text + rest).toMatch(/^Generated 50 cases/);
  expect(code).toBe(3);
  expect(process.listenerCount('SIGINT')).toBe(0);
});

it.each<[what: string, more: Partial<FuzzOptions>, message: string]>([
  ['a property that is not there', { property: ['no-losses'] }, 'there is no such property'],
  ['a replay without a property', { replay: '0:3' }, 'one --property'],
  ['a place that is none', { ...early, replay: '0-3' }, '--replay 0-3: it needs'],
  ['a place that no chunk has', { ...early, replay: '0:50' }, '0 to 49'],
  [
    'a case that violates nothing',
    { property: ['chosen-key-usable'], replay: '0:0' },
    'the case there does not violate chosen-key-usable',
  ],
])('refuses %s', async (_what, more, message) => {
  expect(await refusal(more)).toContain(message);
});

it('refuses a file that cannot be written before the campaign, not after it', async () => {
  const missing = join(makeFolder(), 'none', 'case.yaml');
  expect(await refusal({ runs: 1_000_000 }, missing)).toContain('no such folder');
  const file = put(makeFolder(), 'file', '');
  expect(await refusal({ runs: 1_000_000 }, join(file, 'case.yaml'))).toContain(
    'cannot be written',
  );
});

it('writes a report of what held and what did not, with where the smallest case is', async () => {
  const folder = makeFolder();
  const [report, out] = [join(folder, 'report.json'), join(folder, 'case.yaml')];
  await fuzzed(options(out, { ...early, report }));
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
    ...{ kind: 'campaign', outcome: 'violated', counterexample: out },
    properties: [{ id: 'chosen-key-usable', outcome: 'violated' }],
  });
  const held: Partial<FuzzOptions> = { property: ['chosen-key-usable'] };
  await fuzzed(options(out, { ...held, report }));
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
    ...{ kind: 'campaign', outcome: 'holds', findings: [] },
    repeat: 'keyturn fuzz --seed 1 --runs 50 --property chosen-key-usable',
  });
});

it('refuses a report that it could not write', async () => {
  expect(await refusal({ report: 'x.html' })).toContain('a campaign is no run');
  expect(await refusal({ report: 'x.pdf' })).toContain('its ending names no format');
  expect(await refusal({ report: '/nowhere/x.md' })).toContain('/nowhere');
  expect(
    await refusal({ report: 'x.md', replay: '0:1', property: ['chosen-key-usable'] }),
  ).toContain('not for --replay');
});

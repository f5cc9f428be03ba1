import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import {
  expectsUnsafe,
  limited,
  makeFolder,
  put,
  safeText,
  scenarioText,
  unsafeText,
} from '../test-support/folder.ts';
import { run } from './run.ts';

describe('the exit code of a run', () => {
  it.each([
    ['a safe run', safeText, 0],
    ['an unsafe run', unsafeText, 1],
    ['an unsafe run that is expected to be so', unsafeText + expectsUnsafe, 0],
    ['a safe run that is expected to be unsafe', safeText + expectsUnsafe, 1],
    ['a run that reached a limit', safeText + limited, 3],
    ['a run that reached a limit, whatever is expected', safeText + limited + expectsUnsafe, 3],
    [
      'a safe run with other keys in use than expected',
      `${safeText}expect:\n  keysInUse:\n    - at: 1s\n      nodes: east\n      count: 5\n`,
      1,
    ],
  ])('of %s', (_what, text, code) => {
    const path = put(makeFolder(), 'a.yaml', text);
    expect(captured(() => run(path, {})).value).toBe(code);
  });
});

describe('a healthy run', () => {
  it('is the scenario without what is broken in it', () => {
    const text = safeText.replace('release:', 'agent: swaps-boot-ids\n    release:');
    const path = put(makeFolder(), 'a.yaml', text);
    expect(captured(() => run(path, {})).value).toBe(1);
    const healthy = captured(() => run(path, { healthy: true }));
    expect(healthy.value).toBe(0);
    expect(healthy.text).toContain(`repeat   keyturn run ${path} --healthy --seed 7`);
  });

  it('needs something that is broken', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    expect(messageOf(() => run(path, { healthy: true }))).toBe(
      `${path}: nothing in this scenario is said to be broken\n  expected: a cluster with an agent of its own, or the key "healthy"`,
    );
  });
});

describe('what a run prints', () => {
  it('is a report that ends with the command that repeats it', () => {
    const path = put(makeFolder(), "it's mine.yaml", safeText);
    const { text } = captured(() => run(path, { seed: 'two words' }));
    expect(text).toMatch(/^Two nodes\n {2}east: 2 nodes, cilium-1\.19/);
    const quoted = path.replace("it's mine.yaml", "it'\\''s mine.yaml");
    expect(text.endsWith(`\nrepeat   keyturn run '${quoted}' --seed 'two words'\n`)).toBe(true);
  });

  it('is JSON where that is asked for, and nothing else', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const { text } = captured(() => run(path, { json: true }));
    expect(JSON.parse(text)).toMatchObject({ title: 'Two nodes', seed: '7', formatVersion: 1 });
  });

  it('follows from the seed', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const digest = (seed?: string): string =>
      (
        JSON.parse(
          captured(() => run(path, { json: true, ...(seed === undefined ? {} : { seed }) })).text,
        ) as { digest: string }
      ).digest;
    expect(digest()).toBe(digest('7'));
    expect(digest('8')).not.toBe(digest('7'));
  });
});

describe('a trace file', () => {
  it('is whole, a line of JSON for each event, and changes nothing of the run', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', safeText);
    const trace = join(folder, 'trace.jsonl');
    const traced = captured(() => run(path, { trace }));
    expect(traced).toEqual(captured(() => run(path, {})));
    const content = readFileSync(trace, 'utf8');
    expect(content.endsWith('}\n')).toBe(true);
    const lines = content.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^\{"keyturnTrace":1,"scenario":\{"title":"Two nodes"/);
    expect(lines.at(-1)).toMatch(/^\{"digest":"[0-9a-f]{16}","end":/);
    const events = lines
      .slice(1, -1)
      .map((line) => JSON.parse(line) as { at: number; event: string });
    expect(events[0]).toEqual({
      at: 0,
      event: 'agentStarted',
      node: 'east/n1',
      rotationDuration: 60_000_000,
    });
    // The procedure's last step is done at 10 s + 6 min; what is under way then arrives after it.
    expect(events).toContainEqual({ at: 370_000_000, event: 'stepDone', step: 3 });
    expect(events.at(-1)?.at).toBeLessThan(371_000_000);
    expect(events.at(-1)?.event).toBe(
      events.at(-1)?.at === 370_000_000 ? 'stepDone' : 'packetFate',
    );
    const instants = events.map(({ at }) => at);
    expect(instants).toEqual([...instants].sort((one, other) => one - other));
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'trace.jsonl']);
  });

  it('takes the place of an older one', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', safeText);
    const trace = put(folder, 'trace.jsonl', 'older\n');
    captured(() => run(path, { trace }));
    expect(readFileSync(trace, 'utf8')).toMatch(/^\{"keyturnTrace":1,/);
  });

  it('longer than what is written at once is whole, too', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', safeText.replace('every: 1s', 'every: 20ms'));
    const trace = join(folder, 'trace.jsonl');
    captured(() => run(path, { trace }));
    const lines = readFileSync(trace, 'utf8').trimEnd().split('\n');
    const sent = lines.filter((line) => line.includes('"packetSent"')).length;
    const met = lines.filter((line) => line.includes('"packetFate"')).length;
    expect(sent).toBe(met);
    expect(sent).toBe(2 * 370 * 50);
  });

  const hint =
    '\n  hint: give the path of a file in a folder that exists and that you may write to';

  it('in a folder that is not there is refused before anything runs', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', safeText);
    const trace = join(folder, 'no', 'trace.jsonl');
    expect(messageOf(() => run(path, { trace }))).toBe(
      `${trace}: cannot be written: no such folder${hint}`,
    );
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  it('cannot take the place of a folder, nor of a device', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', safeText);
    expect(messageOf(() => run(path, { trace: folder }))).toBe(
      `${folder}: cannot be written: it is a folder${hint}`,
    );
    expect(messageOf(() => run(path, { trace: '/dev/null' }))).toBe(
      `/dev/null: cannot be written: it is not a regular file${hint}`,
    );
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });
});

describe('a scenario that cannot be read', () => {
  const hint = '\n  hint: give the path of a text file';

  it('says why', () => {
    const folder = makeFolder();
    const missing = join(folder, 'no.yaml');
    const binary = put(folder, 'binary.yaml', Uint8Array.of(0x74, 0xff, 0xfe));
    expect(messageOf(() => run(missing, {}))).toBe(
      `${missing}: cannot be read: no such file${hint}`,
    );
    expect(messageOf(() => run(folder, {}))).toBe(
      `${folder}: cannot be read: it is a folder${hint}`,
    );
    expect(messageOf(() => run(binary, {}))).toBe(
      `${binary}: cannot be read: it is not UTF-8 text${hint}`,
    );
  });

  it('names place, expectation and a hint for a misspelt key', () => {
    const path = put(makeFolder(), 'a.yaml', safeText.replace('traffic:', 'trafic:'));
    expect(messageOf(() => run(path, {}))).toBe(
      `${path}:14:1: unknown key "trafic" (at trafic)\n` +
        '  expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits\n' +
        '  hint: did you mean "traffic"?',
    );
  });

  it('finds its inventories from its own folder', () => {
    const folder = makeFolder();
    const text = scenarioText('20s').replace(
      '    nodes: 2\n',
      '    inventory: gone.inventory.yaml\n',
    );
    const path = put(folder, 'a.yaml', text);
    expect(messageOf(() => run(path, {}))).toMatch(/gone\.inventory\.yaml.*no such file/s);
    writeFileSync(join(folder, 'gone.inventory.yaml'), 'nonsense: true\n');
    expect(messageOf(() => run(path, {}))).toMatch(/gone\.inventory\.yaml:1:1/);
  });
});

it('does not write the trace over the scenario', () => {
  const path = put(makeFolder(), 'a.yaml', safeText);
  expect(messageOf(() => run(path, { trace: path }))).toBe(
    `${path}: this is the scenario itself\n  expected: another file for the trace`,
  );
  expect(readFileSync(path, 'utf8')).toBe(safeText);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { makeFolder, put, safeText, unsafeText } from '../test-support/folder.ts';
import { check } from './check.ts';
import { report } from './report.ts';
import { run } from './run.ts';

function traced(text: string): { readonly folder: string; readonly trace: string } {
  const folder = makeFolder();
  const path = put(folder, 'a.yaml', text);
  const trace = join(folder, 'trace.jsonl');
  captured(() => run(path, { trace }));
  return { folder, trace };
}

const again = '\n  hint: write it anew with keyturn run SCENARIO --trace FILE';

describe('a report from a trace', () => {
  it.each([
    ['safe', safeText],
    ['unsafe', unsafeText],
  ])('says of a %s run what the run itself said', (_what, text) => {
    const { folder, trace } = traced(text);
    const out = captured(() => report(trace, { format: 'json' })).text;
    const direct = captured(() => run(join(folder, 'a.yaml'), { json: true })).text;
    expect(out).toBe(direct);
  });

  it('goes to a file, whole', () => {
    const { folder, trace } = traced(unsafeText);
    const out = join(folder, 'out.md');
    expect(captured(() => report(trace, { format: 'markdown', out })).text).toBe('');
    expect(readFileSync(out, 'utf8')).toMatch(/^# Two nodes\n/);
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'out.md', 'trace.jsonl']);
  });
});

describe('a trace that is not whole', () => {
  let content = '';
  let lines: readonly string[] = [];
  beforeEach(() => {
    content = readFileSync(traced(safeText).trace, 'utf8');
    lines = content.trimEnd().split('\n');
  });
  const refusalOf = (text: string): string => {
    const folder = makeFolder();
    const path = put(folder, 'bad.jsonl', text);
    const out = join(folder, 'never.md');
    const message = messageOf(() => report(path, { format: 'markdown', out }));
    expect(existsSync(out)).toBe(false);
    return message.replace(path, 'bad.jsonl');
  };

  it('cut off between two lines', () => {
    const cut = lines.slice(0, 100).join('\n') + '\n';
    expect(refusalOf(cut)).toBe(
      `bad.jsonl:100: the trace ends before its end: it was cut off\n  expected: a last line with the digest${again}`,
    );
  });

  it('cut off in a line', () => {
    expect(refusalOf(content.slice(0, -20))).toBe(
      `bad.jsonl: the trace ends in the middle of a line: it was cut off\n  expected: a last line with the digest${again}`,
    );
  });

  it('of another version', () => {
    expect(refusalOf(content.replace('"keyturnTrace":1', '"keyturnTrace":2'))).toBe(
      'bad.jsonl:1: this trace has the format version 2\n  expected: version 1\n  hint: read it with the keyturn that wrote it, or write it anew with keyturn run SCENARIO --trace FILE',
    );
  });

  it('with an event less, or another', () => {
    const less = [...lines.slice(0, 50), ...lines.slice(51)].join('\n') + '\n';
    expect(refusalOf(less)).toMatch(/the events add up to the digest [0-9a-f]{16}, not to/);
    const odd = content.replace('"event":"agentStarted"', '"event":"agentBegun"');
    expect(refusalOf(odd)).toMatch(/^bad\.jsonl:2: there is no event "agentBegun"/);
    const nobody = content.replace('"node":"east/n1"', '"node":"east/n9"');
    expect(refusalOf(nobody)).toMatch(
      /^bad\.jsonl:2: agentStarted: node is "east\/n9"\n {2}expected: a node of the scenario/,
    );
  });

  it('empty, of other text, or with more after its end', () => {
    expect(refusalOf('')).toMatch(/^bad\.jsonl:1: the file is empty/);
    expect(refusalOf('title: a scenario\n')).toMatch(
      /^bad\.jsonl:1: this is not a line of a trace/,
    );
    expect(refusalOf('{"at":0}\n')).toMatch(/^bad\.jsonl:1: this is not a trace of keyturn/);
    expect(refusalOf('{"keyturnTrace":1}\n')).toMatch(/^bad\.jsonl:1: the first line holds no/);
    expect(refusalOf(`${content}{}\n`)).toMatch(/there is more after the last line/);
  });
});

describe('a report that cannot be written', () => {
  it('is refused before anything is read or run', () => {
    const { folder, trace } = traced(safeText);
    const out = join(folder, 'no', 'out.md');
    expect(messageOf(() => report(trace, { format: 'markdown', out }))).toMatch(
      /no\/out\.md: cannot be written: no such folder/,
    );
    expect(messageOf(() => report(trace, { format: 'markdown', out: trace }))).toMatch(
      /this is the trace itself/,
    );
    const path = join(folder, 'a.yaml');
    expect(messageOf(() => run(path, { report: out }))).toMatch(/no such folder/);
    expect(messageOf(() => run(path, { report: join(folder, 'a.pdf') }))).toMatch(
      /a\.pdf: its ending names no format\n {2}expected: \.md, \.json, \.xml, \.html/,
    );
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'trace.jsonl']);
  });
});

describe('--report', () => {
  it('of a run and of a check', () => {
    const folder = makeFolder();
    const path = put(folder, 'a.yaml', unsafeText);
    captured(() => run(path, { report: join(folder, 'run.xml') }));
    captured(() => check(path, { runs: 2, report: join(folder, 'check.md') }));
    expect(readFileSync(join(folder, 'run.xml'), 'utf8')).toContain('<failure type="violated"');
    expect(readFileSync(join(folder, 'check.md'), 'utf8')).toMatch(
      /\*\*Violated\*\*: unsafe: 2 of 2/,
    );
  });
});

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import type { CiliumRelease } from '../model/release.ts';
import { check, invariants, planRotation, runChunk } from '../properties/index.ts';
import { campaignDocument } from './campaign-document.ts';
import { type Scenario, simulate } from '../sim/index.ts';
import { chromeTrace } from './chrome-trace.ts';
import type { ReportDocument } from './document.ts';
import { githubReport } from './github.ts';
import { junitReport } from './junit.ts';
import { labPage } from './lab-page.ts';
import { markdownReport } from './markdown.ts';
import { mermaidReport } from './mermaid.ts';
import { planDocument } from './plan-document.ts';
import { checkDocument, runDocument } from './run-document.ts';
import { type Recorded, Recording } from './run/recording.ts';
import { healthy, slowNode } from './test-support/runs.ts';

/*
 * Each format shows one safe and one unsafe run as the golden files have it, and what a schema or a
 * parser of others says about its form.
 */

function record(scenario: Scenario): Recorded {
  const recordings: Recording[] = [];
  const run = simulate(scenario, {
    observe: (trace) => {
      recordings.push(new Recording(scenario, trace));
    },
  });
  const [recording] = recordings;
  if (recording === undefined) throw new Error('no trace');
  return recording.finish(run);
}

const named = { file: 'scenario.yaml', repeat: 'keyturn run scenario.yaml --seed 1' };
const runs = {
  healthy: record(healthy),
  // Without an expectation an unsafe run is a violation.
  'slow-node': record({ ...slowNode, expect: { ...slowNode.expect, verdict: undefined } }),
};
const documents = {
  healthy: runDocument(runs.healthy.rehearsal, named),
  'slow-node': runDocument(runs['slow-node'].rehearsal, named),
};
const names = ['healthy', 'slow-node'] as const;

const planOf = (scenario: Scenario) => planRotation(scenario, { packetsPerSecond: 100_000 });

/** A chunk of cases in which a chosen key has to be one that the peer can decrypt. */
function campaignOf(release: CiliumRelease): ReportDocument {
  const held = invariants.filter(({ id, kind }) => id === usable || kind === 'sometimes');
  const range = { releases: [release] };
  const result = runChunk({ seed: 1, range, held: held.map(({ id }) => id), agent: undefined }, 0);
  const findings = result.failure?.findings ?? [];
  return campaignDocument(
    { results: [result], unreached: [], interrupted: false, held },
    {
      outcome: findings.length > 0 ? 'violated' : 'holds',
      repeat: 'keyturn fuzz --seed 1',
      findings,
      smallest: findings.length > 0 ? { file: 'case.yaml', text: 'title: x\n' } : undefined,
    },
  );
}
const usable = 'chosen-key-usable';

describe('a campaign as a document', () => {
  it('has a case for each property, of which those that were violated fail', () => {
    const outcomes = ({ cases }: ReportDocument) =>
      cases.filter(({ name }) => name.startsWith(usable)).map(({ outcome }) => outcome);
    expect(outcomes(campaignOf('cilium-1.19'))).toEqual(['holds']);
    // It announces a key before it has installed it.
    expect(outcomes(campaignOf('cilium-1.18'))).toEqual(['violated']);
  });
});

describe('a plan as a document', () => {
  it('holds where the duration suffices, and fails where it does not', () => {
    const outcomesOf = (scenario: Scenario) => {
      const { outcome, cases } = planDocument(planOf(scenario), { ...named, scenario });
      return [outcome, ...cases.map((one) => one.outcome)];
    };
    expect(outcomesOf(healthy)).toEqual(['holds', 'holds', 'holds', 'holds']);
    expect(outcomesOf(slowNode)).toEqual(['violated', 'violated', 'holds', 'holds']);
  });
});

/** The page before it is built: the code and the lessons are still to be put into it. */
const template = readFileSync(new URL('lab/index.html', import.meta.url), 'utf8');

const labContent = ({ scenario, digest }: Recorded['rehearsal']['run']) => ({ scenario, digest });

/** What changes with every change of the simulator says nothing about a format. */
const stable = (text: string): string =>
  text.replaceAll(/\b[0-9a-f]{16}\b/g, '<digest>').replaceAll(/"events": \d+/g, '"events": 0');

describe.each(names)('the golden files of %s', (name) => {
  it.each([
    ['md', () => markdownReport(documents[name])],
    ['xml', () => junitReport(documents[name])],
    ['github.txt', () => githubReport(documents[name])],
    ['json', () => documents[name].json],
    ['trace.json', () => chromeTrace(runs[name])],
    ['mermaid.md', () => mermaidReport(runs[name].rehearsal)],
    ['html', () => labPage(template, labContent(runs[name].rehearsal.run))],
  ])('%s', async (ending, render) => {
    await expect(stable(render())).toMatchFileSnapshot(`golden/${name}.${ending}`);
  });
});

describe('JSON', () => {
  const schema = JSON.parse(
    readFileSync(new URL('schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    schema,
  );
  const limited = record({ ...healthy, limits: { ...healthy.limits, events: 10 } });

  it.each([
    ['a safe run', documents.healthy.json],
    ['an unsafe run', documents['slow-node'].json],
    ['an inconclusive run', runDocument(limited.rehearsal, named).json],
    ['a check', checkDocument(check(slowNode, 2), named).json],
    ['a safe plan', planDocument(planOf(healthy), { ...named, scenario: healthy }).json],
    ['an unsafe plan', planDocument(planOf(slowNode), { ...named, scenario: slowNode }).json],
    ['a campaign that held', campaignOf('cilium-1.19').json],
    ['a campaign that found something', campaignOf('cilium-1.18').json],
  ])('of %s is as the published schema says', (_what, json) => {
    validate(JSON.parse(json));
    expect(validate.errors).toBeNull();
  });

  it('that is otherwise is found out', () => {
    const parsed = JSON.parse(documents.healthy.json) as object;
    expect(validate({ ...parsed, digset: '' })).toBe(false);
    expect(validate({ ...parsed, formatVersion: 2 })).toBe(false);
  });
});

describe('JUnit XML', () => {
  const xsd = readFileSync(new URL('test-support/junit.xsd', import.meta.url));
  const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(xsd));
  const validate = (xml: string): void => {
    validator.validate(XmlDocument.fromString(xml));
  };
  const odd: ReportDocument = {
    ...documents['slow-node'],
    title: 'a "b" <c> & d\u0001\ud800',
    cases: [{ name: '<&>"', outcome: 'inconclusive', message: ']]>', detail: ['\u0000 & <x>'] }],
  };

  it.each([
    ['a safe run', documents.healthy],
    ['an unsafe run', documents['slow-node']],
    ['a check', checkDocument(check(slowNode, 2), named)],
    ['a plan', planDocument(planOf(slowNode), { ...named, scenario: slowNode })],
    ['a campaign', campaignOf('cilium-1.18')],
    ['odd characters', odd],
  ])('of %s is valid', (_what, document) => {
    expect(() => {
      validate(junitReport(document));
    }).not.toThrow();
  });

  it('that is not is found out', () => {
    expect(() => {
      validate(junitReport(documents.healthy).replace(/(<testsuite [^>]*) failures="0"/, '$1'));
    }).toThrow();
  });
});

describe("Chrome's trace format", () => {
  const parsed = JSON.parse(chromeTrace(runs['slow-node'])) as {
    readonly traceEvents: readonly {
      readonly ph: string;
      readonly id?: number;
      readonly ts?: number;
      readonly name: string;
      readonly pid: number;
      readonly args?: { readonly packets?: number };
    }[];
  };
  const of = (phase: string) => parsed.traceEvents.filter(({ ph }) => ph === phase);

  it('ends every span that it begins, later', () => {
    const ends = new Map(of('e').map(({ id, ts }) => [id, ts]));
    expect(of('b').length).toBeGreaterThan(0);
    expect(ends.size).toBe(of('b').length);
    for (const { id, ts } of of('b')) expect(ends.get(id)).toBeGreaterThan(ts ?? Infinity);
  });

  it('counts every packet lost', () => {
    const { losses } = runs['slow-node'].rehearsal.run;
    const lost = losses.reduce((sum, { count }) => sum + count, 0);
    const totals = new Map<string, number>();
    for (const event of of('C')) {
      totals.set(`${event.pid} ${event.name}`, event.args?.packets ?? 0);
    }
    const flowEnds = [...totals.values()].reduce((sum, value) => sum + value, 0);
    expect(flowEnds).toBe(lost);
  });
});

describe('GitHub annotations', () => {
  it('keep to one line each, whatever is in them', () => {
    const text = githubReport({
      ...documents['slow-node'],
      file: 'a,b:c.yaml',
      cases: [{ name: '50%\nx', outcome: 'violated', message: 'm', detail: ['a\r\nb'] }],
    });
    expect(text).toBe('::error file=a%2Cb%3Ac.yaml,title=50%25%0Ax::m%0Aa%0D%0Ab\n');
  });
});

describe('Markdown', () => {
  it('takes no text for markup', () => {
    const text = markdownReport({ ...documents.healthy, title: '<b>*x*</b> | y' });
    expect(text).toContain('# \\<b\\>\\*x\\*\\</b\\> | y\n');
  });
});

describe('the lab page', () => {
  it('cannot be left by what a scenario says', () => {
    const page = labPage(template, {
      scenario: { ...healthy, title: "</script><script>alert('$&')</script>" },
      digest: '0123456789abcdef',
    });
    expect(page.match(/<\/script>/g)).toHaveLength(template.match(/<\/script>/g)?.length ?? 0);
    expect(page).toContain("alert('$&')");
  });

  it.each(names)('refers to nothing outside itself for %s', (name) => {
    const page = labPage(template, labContent(runs[name].rehearsal.run));
    // The browser tests look at what the built page asks for.
    expect(page.match(/(?:src|href|action|poster)\s*=\s*"[^"]*"|url\([^)]*\)|@import/g)).toEqual([
      'href="data:,"',
    ]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { defined } from '../../model/assert.ts';
import { rehearse } from '../../properties/index.ts';
import type { Scenario } from '../../sim/index.ts';
import { formatInputError } from '../input-error.ts';
import { loadHealthyScenario, loadScenario } from '../load.ts';
import type { Incident } from './incident.ts';
import { incidents } from './incidents.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test('lists 68 incidents, each once, from the most to the least relevant tier', () => {
  expect(incidents.map(({ tier }) => tier)).toEqual(incidents.map(({ tier }) => tier).sort());
  expect(new Set(incidents.map(({ id }) => id)).size).toBe(68);
});

test('every incident that a scenario shows has one, and every scenario is of an incident', () => {
  const shown = incidents.filter(({ shownBy }) => shownBy.kind === 'scenario');
  expect(files.sort()).toEqual(shown.map(({ id }) => `${id}.yaml`).sort());
});

test.each(incidents)('$id says where it is to be seen, or why not here', (incident) => {
  expect(incident.links.length).toBeGreaterThan(0);
  for (const link of incident.links) {
    expect(link).toMatch(/^([\w.-]+\/[\w.-]+#\d+|https:\/\/\S+|code: \S.*)$/);
  }
  if (incident.shownBy.kind === 'notModelled') expect(incident.shownBy.reason).toMatch(/\.$/);
});

describe.each(files)('%s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const incident = incidentOf(name);
  const broken = loaded(loadScenario(text, { file: name }));
  const healthy = defined(loaded(loadHealthyScenario(text, { file: name })), 'healthy scenario');

  test('tells how to know it from others', () => {
    expect(broken.lesson.telltale).not.toBe('');
  });

  test('fails as it says it does', () => {
    expect(rehearse(broken).deviations).toEqual([]);
  });

  test('fails what the healthy run has to show', () => {
    const { deviations, verdict } = rehearse({ ...broken, expect: healthy.expect });
    expect([deviations.length, verdict.kind]).not.toEqual([0, healthy.expect.verdict]);
  });

  test('passes without what is broken', () => {
    const { deviations, verdict } = rehearse(healthy);
    expect([deviations, verdict.kind]).toEqual([[], healthy.expect.verdict]);
  });

  test('names a public issue of its incident, where there is one', () => {
    const { source } = parse(text) as { source: readonly Record<string, string>[] };
    const named = source.flatMap(
      ({ issue, url }) => issue ?? url?.replace(pullRequest, '$1#$2') ?? [],
    );
    const issues = incident.links.filter((link) => !link.startsWith('code: '));
    expect(issues.length === 0 || issues.some((link) => named.includes(link))).toBe(true);
  });
});

const pullRequest = /^https:\/\/github\.com\/(.*)\/(?:pull|issues)\/(\d+)$/;

function incidentOf(file: string): Incident {
  const incident = incidents.find(({ id }) => `${id}.yaml` === file);
  return defined(incident, `incident of ${file}`);
}

function loaded<Value extends Scenario | undefined>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly error: readonly Parameters<typeof formatInputError>[0][] },
): Value {
  if (!result.ok) throw new Error(result.error.map(formatInputError).join('\n'));
  return result.value;
}

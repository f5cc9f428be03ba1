import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadScenario } from './load.ts';
import { scenarioJsonSchema } from './schema.ts';

const folder = new URL('.', import.meta.url);
const rotation = new URL('rotation/', folder);
const validate = new Ajv2020({ allErrors: true }).compile(scenarioJsonSchema());

const base = { title: 'a', clusters: [{ name: 'east', nodes: 3, release: 'cilium-1.16' }] };

test('schema.json is what the schema says (vitest -u renews it)', async () => {
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('schema.json');
});

test('every field is described, for editors', () => {
  const missing: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      const inner = `${path}/${key}`;
      const isField = path.endsWith('/properties');
      if (isField && !('description' in (value as object))) missing.push(inner);
      visit(value, inner);
    }
  };
  visit(scenarioJsonSchema(), '');
  expect(missing).toEqual([]);
});

describe.each(readdirSync(rotation).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
  const text = readFileSync(new URL(name, rotation), 'utf8');

  test('is valid by the published schema', () => {
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
  });

  test('is loaded', () => {
    expect(loadScenario(text, { file: name })).toMatchObject({ ok: true });
  });

  test('names its schema', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema.json');
  });
});

describe('the published schema refuses what the loader refuses', () => {
  test.each([
    ['an unknown key', { ...base, colour: 'blue' }],
    ['a number for a duration', { ...base, procedure: [{ wait: 30 }] }],
    ['a duration without a unit', { ...base, procedure: [{ wait: '30' }] }],
    ['an unknown step', { ...base, procedure: [{ rotat: 'east' }] }],
    ['two actions in one step', { ...base, procedure: [{ wait: '1m', rotate: 'east' }] }],
    ['an empty step', { ...base, procedure: [{}] }],
    ['a fault that says none', { ...base, faults: [{ at: '1m' }] }],
    ['an unknown counter', { ...base, expect: { counters: { 'east/n1': { XfrmIn: 0 } } } }],
    ['counters of no node', { ...base, expect: { counters: { 'east west': {} } } }],
    ['an unknown distribution', { ...base, delays: { latency: 'gauss(1s, 2s)' } }],
    ['a selector that is none', { ...base, traffic: [{ from: 'east west' }] }],
    ['too many nodes', { ...base, clusters: [{ name: 'east', nodes: 65_536 }] }],
    ['an unknown kernel', { ...base, clusters: [{ name: 'east', nodes: 1, kernel: '5.15' }] }],
  ])('%s', (_, file) => {
    expect(validate(file)).toBe(false);
    expect(loadScenario(JSON.stringify(file), { file: 'a.yaml' })).toMatchObject({ ok: false });
  });
});

test('the published schema accepts what the loader accepts', () => {
  expect(validate(base)).toBe(true);
  expect(loadScenario(JSON.stringify(base), { file: 'a.yaml' })).toMatchObject({ ok: true });
});

import { expect, test } from 'vitest';
import { loadScenario } from './load.ts';
import { formatScenario } from './scenario-text.ts';
import type { ScenarioFile } from './schema.ts';

const file: ScenarioFile = {
  title: 'A start',
  story: 'One.\nTwo.\n',
  clusters: [{ name: 'east', nodes: 3, release: 'cilium-1.16', kernel: '6.1' }],
  procedure: [{ wait: '2m' }, { rotate: 'east' }, { wait: '12m' }],
  expect: { verdict: 'safe' },
};

test('a file is written as its author would', () => {
  expect(formatScenario(file, '../schema.json'))
    .toBe(`# yaml-language-server: $schema=../schema.json
title: A start
story: |
  One.
  Two.
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    kernel: "6.1"
procedure:
  - wait: 2m
  - rotate: east
  - wait: 12m
expect:
  verdict: safe
`);
});

test('what is written is loaded', () => {
  expect(loadScenario(formatScenario(file), { file: 'a.yaml' })).toMatchObject({
    ok: true,
    value: { title: 'A start', procedure: [{}, { kind: 'rotate', clusters: ['east'] }, {}] },
  });
});

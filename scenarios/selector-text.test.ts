import { expect, test } from 'vitest';
import { formatSelector, parseSelector } from './selector-text.ts';

test.each([
  ['all', { kind: 'all' }],
  ['east', { kind: 'cluster', cluster: 'east' }],
  ['east/n1', { kind: 'node', cluster: 'east', node: 'n1' }],
  [
    'east/ip-10-0-0-1.ec2.internal',
    { kind: 'node', cluster: 'east', node: 'ip-10-0-0-1.ec2.internal' },
  ],
] as const)('%s is read and written back', (text, value) => {
  expect(parseSelector(text)).toEqual({ ok: true, value });
  expect(formatSelector(value)).toBe(text);
});

test.each([
  ['', ''],
  ['East', ''],
  ['east/', ''],
  ['east/n1/n2', ''],
  ['a'.repeat(33), ''],
  ['east, west', 'it is one selector, not a list'],
])('"%s" is refused', (text, hint) => {
  expect(parseSelector(text)).toEqual({
    ok: false,
    error: {
      code: 'BAD_SELECTOR',
      message: `"${text}" does not select nodes`,
      expected: 'all, a cluster (east), or a node of a cluster (east/n1)',
      hint,
    },
  });
});

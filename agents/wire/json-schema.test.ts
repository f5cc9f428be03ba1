import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { wireJsonSchema } from './json-schema.ts';

test('schema.json is what the messages are (vitest -u renews it)', async () => {
  const text = `${JSON.stringify(wireJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('schema.json');
});

const validate = new Ajv2020().compile(wireJsonSchema());
const base = { jsonrpc: '2.0', id: 1 };

test.each([
  ['an input', { method: 'timer', params: { node: 'east/n1', nowUs: 5, timer: 'reclaim' } }, true],
  ['an operation', { method: 'encryptMapUpdate', params: { input: 4, keyID: 3 } }, true],
  ['an answer', { result: { errno: 'EEXIST' } }, true],
  ['a misspelt field', { method: 'encryptMapUpdate', params: { input: 4, keyId: 3 } }, false],
  ['a method that is none', { method: 'xfrmStateFlush', params: { input: 4 } }, false],
  ['an operation about nothing', { method: 'xfrmStateList', params: {} }, false],
])('%s', (_, message, valid) => {
  expect(validate({ ...base, ...message })).toBe(valid);
});

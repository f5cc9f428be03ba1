import { describe, expect, test } from 'vitest';
import { AssertionError } from '../assert.ts';
import { bootIdBytes, checkBootId } from './boot-id.ts';
import { secretRules } from './secret-rules.ts';

const whole = '0f1a2b3c-4d5e-4f60-8172-93a4b5c6d7e8';

describe('a boot ID', () => {
  test.each([whole, `${whole}\n`, 'é'.repeat(18)])('of 36 bytes or more is usable: %j', (text) => {
    expect(checkBootId(text, secretRules['cilium-1.16'])).toEqual({ kind: 'usable' });
    expect(bootIdBytes(text)).toHaveLength(36);
  });

  test('that is missing is absent in every release', () => {
    for (const rules of Object.values(secretRules)) {
      expect(checkBootId('', rules)).toEqual({ kind: 'absent' });
    }
  });

  test.each(['cilium-1.16', 'cilium-1.17'] as const)('that is short crashes %s', (release) => {
    expect(checkBootId('short', secretRules[release])).toEqual({
      kind: 'panic',
      message: 'runtime error: slice bounds out of range [:36] with capacity 32',
    });
  });

  test.each(['cilium-1.18', 'cilium-1.19'] as const)('that is short fails in %s', (release) => {
    expect(checkBootId(whole.slice(1), secretRules[release])).toEqual({
      kind: 'error',
      message: 'incorrect size for boot ID, should be at least 36 characters long',
    });
  });

  test('that is short has no bytes to give', () => {
    expect(() => bootIdBytes('short')).toThrow(
      new AssertionError('boot ID of fewer than 36 bytes: "short"'),
    );
  });
});

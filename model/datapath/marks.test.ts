import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decryptedMark,
  decryptMark,
  encryptedMark,
  encryptMark,
  inputObjectMark,
  keyIdOfMark,
  nodeIdOfMark,
  outputObjectMark,
} from './marks.ts';

const nodeIds = fc.integer({ min: 1, max: 65_535 });
const keyIds = fc.integer({ min: 1, max: 15 });

describe('marks', () => {
  it('are laid out as node ID, key ID, action', () => {
    expect(encryptMark(0xabcd, 3)).toBe(0xabcd_3e00);
    expect(decryptMark(0xabcd)).toBe(0xabcd_0d00);
  });

  it('give back the node ID and the key ID that were put in', () => {
    fc.assert(
      fc.property(nodeIds, keyIds, (nodeId, keyId) => {
        expect(nodeIdOfMark(encryptMark(nodeId, keyId))).toBe(nodeId);
        expect(keyIdOfMark(encryptMark(nodeId, keyId))).toBe(keyId);
        expect(nodeIdOfMark(decryptMark(nodeId))).toBe(nodeId);
      }),
    );
  });

  it('of outgoing objects tell keys apart; those of incoming ones do not look at the key', () => {
    expect(outputObjectMark(7, 3)).toEqual({ value: 0x0007_3e00, mask: 0xffff_ff00 });
    expect(inputObjectMark(7)).toEqual({ value: 0x0007_0d00, mask: 0xffff_0f00 });
  });

  it('leave a state with the action alone', () => {
    expect(encryptedMark).toEqual({ value: 0xe00, mask: 0xffff_ff00 });
    expect(decryptedMark).toEqual({ value: 0xd00, mask: 0xffff_ff00 });
  });
});

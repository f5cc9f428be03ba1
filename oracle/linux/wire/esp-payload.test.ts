import { expect, test } from 'vitest';
import { espPacket } from '../../../model/xfrm/test-support/sample.ts';
import type { EspPacket, KeyHandle } from '../../../model/xfrm/index.ts';
import { sequenceKeyBytes } from '../sequences/sequence-keys.ts';
import { openEsp } from './esp-payload.ts';
import { packetBytes, readPacket } from './ip-packet.ts';

const ipHeader = 20;
const key = sequenceKeyBytes(1 as KeyHandle);

/** What follows the IP header. */
function payloadOf(nested: EspPacket): Buffer {
  const { source, destination } = nested;
  const outer = { source, destination, protocol: 50, length: 0, nested };
  return packetBytes(outer, sequenceKeyBytes).subarray(ipHeader);
}

test('what was sealed opens with the same key and high half, and nothing else does', () => {
  const packet = espPacket(7, { sequenceHigh: 3 });
  const payload = payloadOf(packet);
  expect(payload.readUInt32BE(0)).toBe(packet.spi);
  expect(payload.readUInt32BE(4)).toBe(7);
  const opened = openEsp(payload, key, 3, 128);
  expect(opened?.nextHeader).toBe(4);
  expect(readPacket(opened?.content ?? Buffer.alloc(20)).destination).toBe(
    packet.inner.destination,
  );
  expect(openEsp(payload, key, 4, 128)).toBeUndefined();
  expect(openEsp(payload, sequenceKeyBytes(0 as KeyHandle), 3, 128)).toBeUndefined();
});

test('a corrupt ICV, and a packet cut short, do not open', () => {
  const corrupt = espPacket(7, { damage: { kind: 'corruptIcv' } });
  expect(openEsp(payloadOf(corrupt), key, 0, 128)).toBeUndefined();
  const cut = espPacket(7, { damage: { kind: 'truncated', octetsAfterIpHeader: 5 } });
  expect(payloadOf(cut)).toHaveLength(5);
});

import { expect, it } from 'vitest';
import { parseAddress } from '../../../model/address.ts';
import { defined } from '../../../model/assert.ts';
import type { EspPacket, InnerPacket, KeyHandle } from '../../../model/xfrm/index.ts';
import { espPayload } from '../wire/esp-payload.ts';
import { packetBytes, udpProtocol } from '../wire/ip-packet.ts';
import { kernelPacketText, modelPacketText } from './observation.ts';

const at = (text: string) => defined(parseAddress(text), text);
const keys = (): Uint8Array => new Uint8Array(20).fill(7);

const probe: InnerPacket = {
  source: at('10.0.2.7'),
  destination: at('10.0.1.5'),
  protocol: udpProtocol,
  length: 100,
  sourcePort: 1009,
  destinationPort: 9,
};

function closed(inner: InnerPacket, sequence: number): EspPacket {
  return {
    source: at('198.18.0.2'),
    destination: at('198.18.0.1'),
    spi: 4,
    sequence,
    sequenceHigh: undefined,
    key: 0 as KeyHandle,
    mode: 'tunnel',
    icvBits: 128,
    encapsulation: 'espinudp',
    inner,
  };
}

/** ESP in UDP, as it travels: `content` are the bytes of the packet inside. */
function bytesOf(packet: EspPacket, content: Buffer): Buffer {
  const esp = espPayload(packet, content, keys);
  const { source, destination } = packet;
  const length = 20 + 8 + esp.length;
  const bytes = packetBytes({ source, destination, protocol: udpProtocol, length }, keys);
  return Buffer.concat([bytes.subarray(0, 28), esp]);
}

it('opens ESP in UDP, and what is within it', () => {
  const first = closed(probe, 1);
  const inside = bytesOf(first, packetBytes(probe, keys));
  const { source, destination } = first;
  const around = { source, destination, protocol: udpProtocol, length: inside.length };
  const second = closed({ ...around, nested: first }, 2);
  expect(kernelPacketText(bytesOf(second, inside), second, keys)).toBe(modelPacketText(second));
  expect(modelPacketText(second)).toContain('number 2 [198.18.0.2>198.18.0.1 ESP in UDP spi 4');
});

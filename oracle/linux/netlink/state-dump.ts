import { attributesOf, bodies } from './message.ts';
import { xfrmAttribute } from './xfrm-requests.ts';
import { addressOfBytes } from '../wire/ip-address.ts';

/** What the kernel tells of a state: `struct xfrm_usersa_info` and its attributes. */
export interface KernelState {
  readonly source: string;
  readonly destination: string;
  readonly spi: number;
  readonly reqid: number;
  readonly mode: string;
  readonly mark: { readonly value: number; readonly mask: number };
  readonly bytes: number;
  readonly packets: number;
  readonly replayWindow: number;
  readonly replay: number;
  readonly failed: number;
  readonly window: KernelWindow;
}

/** Sequence numbers, and which were seen: bits as the kernel keeps them, in words. */
export interface KernelWindow {
  readonly output: number;
  readonly outputHigh: number;
  readonly input: number;
  readonly inputHigh: number;
  readonly bitmap: readonly number[];
}

const infoOctets = 224;
const modes = ['transport', 'tunnel'];

export function statesOf(dump: Buffer): readonly KernelState[] {
  return bodies(dump).map(stateOf);
}

function stateOf(body: Buffer): KernelState {
  const attributes = attributesOf(body, infoOctets);
  const family = body.readUInt16LE(212) === 2 ? 4 : 6;
  const mark = attributes.get(xfrmAttribute.mark);
  return {
    destination: addressOfBytes(body, 56, family).text,
    spi: body.readUInt32BE(72),
    source: addressOfBytes(body, 80, family).text,
    bytes: Number(body.readBigUInt64LE(160)),
    packets: Number(body.readBigUInt64LE(168)),
    replayWindow: body.readUInt32LE(192),
    replay: body.readUInt32LE(196),
    failed: body.readUInt32LE(200),
    reqid: body.readUInt32LE(208),
    mode: modes[body.readUInt8(214)] ?? 'other',
    mark: { value: mark?.readUInt32LE(0) ?? 0, mask: mark?.readUInt32LE(4) ?? 0 },
    window: windowOf(attributes),
  };
}

function windowOf(attributes: ReadonlyMap<number, Buffer>): KernelWindow {
  const extended = attributes.get(xfrmAttribute.replayEsn);
  if (extended !== undefined) {
    const words = extended.readUInt32LE(0);
    return {
      output: extended.readUInt32LE(4),
      input: extended.readUInt32LE(8),
      outputHigh: extended.readUInt32LE(12),
      inputHigh: extended.readUInt32LE(16),
      bitmap: Array.from({ length: words }, (_, word) => extended.readUInt32LE(24 + word * 4)),
    };
  }
  const plain = attributes.get(xfrmAttribute.replay);
  return {
    output: plain?.readUInt32LE(0) ?? 0,
    outputHigh: 0,
    input: plain?.readUInt32LE(4) ?? 0,
    inputHigh: 0,
    bitmap: [plain?.readUInt32LE(8) ?? 0],
  };
}

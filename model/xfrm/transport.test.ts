import { describe, expect, it } from 'vitest';
import { address, prefix } from '../address.ts';
import type { StateConfig } from './config.ts';
import { espOctets } from './esp-size.ts';
import { type KernelName, kernelProfiles } from './kernel-profile.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import {
  espPacket,
  inbound,
  inState,
  local,
  outState,
  outTemplate,
  policy,
  remote,
  shape,
  template,
} from './test-support/sample.ts';
import { Xfrm } from './xfrm.ts';

const transport = { ...shape, mode: 'transport' } as const;
/** From this host itself to the remote one: what transport mode is for. */
const own: InnerPacket = { source: local, destination: remote, protocol: 17, length: 52 };
const theirs: InnerPacket = { ...own, source: remote, destination: local };

function receiver(name: KernelName, change: Partial<StateConfig['shape']> = {}): Xfrm {
  const xfrm = new Xfrm(kernelProfiles[name]);
  xfrm.addState(inState({ shape: { ...transport, ...change } }), 0);
  return xfrm;
}

function arriving(change: Partial<EspPacket> = {}): EspPacket {
  return espPacket(1, { mode: 'transport', inner: theirs, ...change });
}

function outcome(xfrm: Xfrm, packet: EspPacket): unknown {
  const result = xfrm.input(packet, 0, 0);
  return result.kind === 'dropped' ? result.counter : result.kind;
}

describe('a transport state', () => {
  it('leaves the addresses of a packet as they are, and protects what follows its header', () => {
    const xfrm = new Xfrm(kernelProfiles['6.1']);
    xfrm.addState(outState({ shape: transport }), 0);
    const templates = [{ ...outTemplate, mode: 'transport' } as const];
    xfrm.addPolicy(policy({ direction: 'out', templates }));
    const result = xfrm.output({ ...own, dontFragment: true }, 0, 0);
    expect(result).toMatchObject({
      kind: 'encrypted',
      packet: { source: local, destination: remote, mode: 'transport', inner: { protocol: 17 } },
    });
    const [state] = xfrm.states();
    expect(state?.statistics).toMatchObject({ packets: 1, bytes: 32 });
  });

  it('gives out the payload under the outer header', () => {
    const result = receiver('6.1').input(arriving(), 0, 0);
    expect(result).toMatchObject({ kind: 'decrypted', inner: theirs });
  });

  it('takes IP in IP for a payload like any other', () => {
    const result = receiver('6.1').input(arriving({ mode: 'tunnel', inner: inbound }), 0, 0);
    const inner = { source: remote, destination: local, protocol: 4, length: 20 + 52 };
    expect(result).toMatchObject({ kind: 'decrypted', inner });
  });

  it('with a selector of any family undoes nothing but IP in IP on 5.10', () => {
    const any = { selectorFamily: 'any' } as const;
    expect(outcome(receiver('5.10', any), arriving())).toBe('XfrmInStateModeError');
    expect(outcome(receiver('5.10'), arriving())).toBe('decrypted');
    expect(outcome(receiver('6.1', any), arriving())).toBe('decrypted');
  });

  it('may be missing from what an optional transport template asks for', () => {
    const xfrm = receiver('6.1');
    const optional = { ...template, mode: 'transport', optional: true } as const;
    xfrm.addPolicy(policy({ templates: [optional] }));
    expect(xfrm.checkPolicy('in', theirs, 0, [])).toBeUndefined();
    const result = xfrm.input(arriving(), 0, 0);
    if (result.kind !== 'decrypted') throw new Error(result.counter);
    expect(xfrm.checkPolicy('in', theirs, 0, result.secpath)).toBeUndefined();
  });

  it('may stand before the tunnel state that a template asks for, as no tunnel state may', () => {
    const tunnel = inState({ spi: 4 });
    const secpathOf = (xfrm: Xfrm) => {
      xfrm.addState(tunnel, 0);
      const [first, second] = [...xfrm.states()];
      if (first === undefined || second === undefined) throw new Error('no states');
      return [first, second];
    };
    const judged = (xfrm: Xfrm): unknown => {
      xfrm.addPolicy(policy({ templates: [{ ...template, spi: 4 }] }));
      return xfrm.checkPolicy('in', inbound, 0, secpathOf(xfrm));
    };
    expect(judged(receiver('6.1'))).toBeUndefined();
    expect(judged(receiver('6.1', { mode: 'tunnel' }))).toBe('XfrmInTmplMismatch');
  });
});

describe('a template that names an IPv6 source', () => {
  const [far, other] = [address('fd00::1'), address('fd00::2')];
  const judged = (inner: InnerPacket): unknown => {
    const xfrm = new Xfrm(kernelProfiles['6.1']);
    const any = { source: prefix('::/0'), destination: prefix('::/0') };
    const all = { source: prefix('0.0.0.0/0'), destination: prefix('0.0.0.0/0') };
    // A state's own selector is of its family, unless it is said to be of any.
    const anyFamily = { ...shape, selectorFamily: 'any' } as const;
    xfrm.addState(inState({ shape: anyFamily, source: far, destination: other }), 0);
    const templates = [{ ...template, source: other, destination: undefined }];
    xfrm.addPolicy(policy({ selector: inner.source.family === 6 ? any : all, templates }));
    return xfrm.checkPolicy('in', inner, 0, [...xfrm.states()]);
  };

  it('fits another one with the same first 32 bits if what is inside is IPv4', () => {
    expect(judged(inbound)).toBeUndefined();
    const source = address('fd00:10::5');
    expect(judged({ ...inbound, source, destination: source })).toBe('XfrmInTmplMismatch');
  });
});

describe('the octets of an ESP packet', () => {
  it.each<[what: string, change: Partial<EspPacket>, octets: number]>([
    // 20 + SPI and number 8 + IV 8 + (52 + 2, padded to 56) + ICV 16.
    ['of a tunnel over IPv4', {}, 108],
    ['of a tunnel over IPv6', { destination: address('fd00::1') }, 128],
    ['with NAT traversal', { encapsulation: 'espinudp' }, 116],
    ['of transport mode', { mode: 'transport', inner: theirs }, 20 + 16 + 36 + 16],
    ['with an ICV of 96 bits', { icvBits: 96 }, 104],
  ])('%s', (_what, change, octets) => {
    expect(espOctets(espPacket(1, change))).toBe(octets);
  });
});

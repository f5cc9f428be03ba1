import { describe, expect, it } from 'vitest';
import { address, prefix } from '../address.ts';
import { millisecond, second } from '../time.ts';
import type { KeyHandle, StateConfig } from './config.ts';
import { xfrmCounters } from './counters.ts';
import { KeyCounter } from './key-counter.ts';
import { type KernelName, kernelProfiles } from './kernel-profile.ts';
import type { EspPacket } from './packet.ts';
import type { InputResult, OutputResult } from './result-kinds.ts';
import {
  espPacket,
  inbound,
  inState,
  outbound,
  outState,
  outTemplate,
  policy,
  remote,
  shape,
} from './test-support/sample.ts';
import { Xfrm } from './xfrm.ts';

function kernel(name: KernelName = '6.1'): Xfrm {
  return new Xfrm(kernelProfiles[name]);
}

const outPolicy = policy({ direction: 'out', templates: [outTemplate] });

function sent(result: OutputResult): EspPacket {
  if (result.kind !== 'encrypted') throw new Error(`not encrypted: ${JSON.stringify(result)}`);
  return result.packet;
}

function outcome(result: InputResult): string | undefined {
  return result.kind === 'dropped' ? result.counter : result.kind;
}

describe('two kernels', () => {
  it('understand each other if key, mark and SPI agree', () => {
    const [sender, receiver] = [kernel(), kernel()];
    const outShape = { ...shape, outputMark: { value: 0xe00, mask: 0xffffff00 } };
    sender.addState(outState({ shape: outShape }), 0);
    sender.addPolicy(outPolicy);
    receiver.addState(
      inState({ shape: { ...shape, outputMark: { value: 0xd00, mask: 0xf00 } } }),
      0,
    );
    // What is local to the sender is remote to the receiver.
    const result = sender.output(outbound, 0x7e10, 0);
    expect(result).toMatchObject({ kind: 'encrypted', mark: 0xe10 });
    const { source, destination, ...rest } = sent(result);
    const arrived = { ...rest, source: destination, destination: source };
    const received = receiver.input(arrived, 0x70, 0);
    expect(received).toMatchObject({ kind: 'decrypted', mark: 0xd70 });
    const state = receiver.getState({ ...inState(), mark: { value: 0, mask: 0 } });
    expect(received).toMatchObject({ inner: outbound, secpath: [state] });
    expect(state?.statistics).toMatchObject({ packets: 1, bytes: 52, inputLow: 1 });
    expect([sender.counters(), receiver.counters()]).toEqual([[], []]);
  });

  it('do not, after the sender’s state alone was made anew with the same key', () => {
    const receiver = kernel();
    receiver.addState(inState(), 0);
    for (let sequence = 1; sequence <= 100; sequence += 1)
      receiver.input(espPacket(sequence), 0, 0);
    const outcomes = [1, 50, 68, 69, 100, 101].map((sequence) =>
      outcome(receiver.input(espPacket(sequence), 0, 0)),
    );
    const [old, seen] = ['XfrmInStateProtoError', 'XfrmInStateSeqError'];
    expect(outcomes).toEqual([old, old, old, seen, seen, 'decrypted']);
    const [state] = receiver.states();
    expect(state?.statistics).toMatchObject({ failed: 3, replay: 2, replayWindow: 0 });
  });
});

describe('a tunnel inside a tunnel', () => {
  it('is made by two templates and opened by two states', () => {
    const xfrm = kernel();
    const [near, far] = [address('198.18.0.7'), address('198.18.0.8')];
    const inner = { ...outState(), source: near, destination: far };
    xfrm.addState(inner, 0);
    xfrm.addState(outState({ spi: 4 }), 0);
    const templates = [{ ...outTemplate, source: near, destination: far }, outTemplate];
    xfrm.addPolicy(policy({ direction: 'out', templates }));
    const outer = sent(xfrm.output(outbound, 0, 0));
    expect(outer).toMatchObject({ destination: remote, spi: 4, inner: { protocol: 50 } });
    expect(outer.inner.nested).toMatchObject({ destination: far, spi: 3, inner: outbound });
    expect(outer.inner.length).toBe(20 + 8 + 8 + 56 + 16);
    const first = xfrm.input(outer, 0, 0);
    if (first.kind !== 'decrypted' || first.inner.nested === undefined)
      throw new Error('not nested');
    const second = xfrm.input(first.inner.nested, 0, 0, first.secpath);
    expect(second).toMatchObject({ kind: 'decrypted', inner: outbound });
    expect(second.kind === 'decrypted' && second.secpath.map(({ spi }) => spi)).toEqual([4, 3]);
  });
});

describe('damaged packets', () => {
  it.each<[EspPacket['damage'], string, number]>([
    [{ kind: 'truncated', octetsAfterIpHeader: 7 }, 'XfrmInHdrError', 0],
    [{ kind: 'truncated', octetsAfterIpHeader: 20 }, 'XfrmInStateProtoError', 0],
    // Long enough for an ICV of 16 octets from 32 on, and that is wrong.
    [{ kind: 'truncated', octetsAfterIpHeader: 31 }, 'XfrmInStateProtoError', 0],
    [{ kind: 'truncated', octetsAfterIpHeader: 32 }, 'XfrmInStateProtoError', 1],
    [{ kind: 'corruptIcv' }, 'XfrmInStateProtoError', 1],
    [{ kind: 'padLength' }, 'XfrmInStateProtoError', 0],
    [{ kind: 'nextHeader', nextHeader: 59 }, 'XfrmInStateProtoError', 0],
    [{ kind: 'nextHeader', nextHeader: 17 }, 'XfrmInStateModeError', 0],
  ])('%o is counted as %s', (damage, counter, failed) => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    const result = xfrm.input(espPacket(1, damage === undefined ? {} : { damage }), 0, 0);
    expect(outcome(result)).toBe(counter);
    expect(xfrm.counters()).toEqual([[counter, 1]]);
    expect(Array.from(xfrm.states(), ({ statistics }) => statistics.failed)[0] ?? 0).toBe(failed);
  });

  it.each<[string, Partial<EspPacket>]>([
    ['another key', { key: 2 as KeyHandle }],
    ['another ICV length', { icvBits: 96 }],
    ['another high half', { sequenceHigh: 1 }],
    ['no ESN', { sequenceHigh: undefined }],
  ])('%s fails the ICV', (_title, change) => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    expect(outcome(xfrm.input(espPacket(5, change), 0, 0))).toBe('XfrmInStateProtoError');
    const [state] = xfrm.states();
    expect(state?.statistics).toMatchObject({ failed: 1, inputLow: 0, packets: 0 });
  });
});

describe('kernel generations', () => {
  const marked = (value: number, mask: number, key: number): StateConfig =>
    inState({ shape: { ...shape, markMask: mask }, markValue: value, key: key as KeyHandle });

  it.each<[KernelName, string]>([
    ['6.1', 'XfrmInStateProtoError'],
    ['6.12', 'decrypted'],
    ['7.2', 'decrypted'],
  ])('%s: a state in use meets a newer general one: %s', (name, expected) => {
    const xfrm = kernel(name);
    xfrm.addState(marked(0xd00, 0xf00, 1), 0);
    xfrm.input(espPacket(1), 0xd00, 0);
    xfrm.addState(marked(0, 0, 2), 0);
    expect(outcome(xfrm.input(espPacket(2), 0xd00, 0))).toBe(expected);
  });

  it('6.12 enforces the direction of a state, 6.1 ignores it', () => {
    for (const [name, input, output] of [
      ['6.1', 'decrypted', []],
      [
        '6.12',
        'XfrmInStateDirError',
        [
          ['XfrmOutPolError', 1],
          ['XfrmOutStateDirError', 1],
        ],
      ],
    ] as const) {
      const [receiver, sender] = [kernel(name), kernel(name)];
      receiver.addState(inState({ shape: { ...shape, direction: 'out' } }), 0);
      expect(outcome(receiver.input(espPacket(1), 0, 0))).toBe(input);
      sender.addState(outState({ shape: { ...shape, direction: 'in' } }), 0);
      sender.addPolicy(outPolicy);
      expect(sender.output(outbound, 0, 0).kind).toBe(name === '6.1' ? 'encrypted' : 'dropped');
      expect(sender.counters()).toEqual(output);
    }
  });

  it('5.10 wants the inner family to be that of the selector', () => {
    const source = address('fd00::5');
    const inner = { ...inbound, source, destination: source };
    const answers = (['5.10', '6.1'] as const).map((name) => {
      const xfrm = kernel(name);
      xfrm.addState(inState(), 0);
      return outcome(xfrm.input(espPacket(1, { inner }), 0, 0));
    });
    expect(answers).toEqual(['XfrmInStateModeError', 'decrypted']);
  });

  it('6.12 allows an ESN window of 0, for output', () => {
    const without = { ...shape, replay: { kind: 'esn', window: 0 } } as const;
    const config = outState({ shape: { ...without, direction: 'out' } });
    expect(kernel('6.1').addState(config, 0)).toBe('EINVAL');
    expect(kernel('6.12').addState(config, 0)).toBe('ok');
    expect(kernel('6.12').addState(outState({ shape: without }), 0)).toBe('EINVAL');
  });
});

describe('requests', () => {
  it('refuse a second state by the mask of the first', () => {
    const xfrm = kernel();
    const general = inState();
    const marked = inState({ shape: { ...shape, markMask: 0xf00 }, markValue: 0xd00 });
    expect(xfrm.addState(marked, 0)).toBe('ok');
    expect(xfrm.addState(general, 0)).toBe('ok');
    expect(xfrm.addState({ ...marked, markValue: 0xe00 }, 0)).toBe('EEXIST');
    const mark = { value: 0xd00, mask: 0xf00 };
    expect(xfrm.getState({ ...general, mark })?.mark.mask).toBe(0);
    expect(xfrm.findState({ ...general, mark })?.mark).toEqual(mark);
    expect(xfrm.findState({ ...general, source: general.destination, mark })).toBeUndefined();
    expect(xfrm.deleteState({ ...general, mark })).toBe('ok');
    expect(Array.from(xfrm.states(), (state) => state.mark)).toEqual([mark]);
  });

  it('refuse an ICV length that no algorithm has', () => {
    expect(kernel().addState(inState({ shape: { ...shape, icvBits: 80 } }), 0)).toBe('ENOSYS');
  });

  it('refuse what no algorithm takes, before they look whether there is such a state', () => {
    const xfrm = kernel();
    expect(xfrm.addState(inState(), 0)).toBe('ok');
    for (const refusal of ['ENOSYS', 'EINVAL'] as const) {
      const refused = inState({ shape: { ...shape, refusal } });
      expect([xfrm.addState(refused, 0), xfrm.updateState(refused)]).toEqual([refusal, refusal]);
    }
  });

  it('flush everything but the counters', () => {
    const xfrm = kernel();
    for (const spi of [3, 4, 5]) xfrm.addState(inState({ spi }), 0);
    xfrm.addPolicy(policy());
    xfrm.input(espPacket(1, { spi: 9 }), 0, 0);
    xfrm.flush();
    expect([xfrm.stateCount, xfrm.policyCount]).toEqual([0, 0]);
    expect(xfrm.counters()).toEqual([['XfrmInNoStates', 1]]);
  });

  it('keep SPI 0 out of every lookup by SPI', () => {
    const xfrm = kernel();
    expect([1, 2].map(() => xfrm.addState(inState({ spi: 0 }), 0))).toEqual(['ok', 'ok']);
    expect(outcome(xfrm.input(espPacket(1, { spi: 0 }), 0, 0))).toBe('XfrmInNoStates');
  });
});

describe('lifetimes', () => {
  it('end a state of hard packets with one Expired, Invalid in the same batch, then NoStates', () => {
    const xfrm = kernel();
    xfrm.addState(inState({ shape: { ...shape, lifetime: { hardPackets: 1 } } }), 0);
    const outcomes = [0, 0, 0, millisecond].map((now, index) =>
      outcome(xfrm.input(espPacket(index + 1), 0, now)),
    );
    const end = ['XfrmInStateExpired', 'XfrmInStateInvalid', 'XfrmInNoStates'];
    expect(outcomes).toEqual(['decrypted', ...end]);
  });

  it('end a state of hard seconds without a counter', () => {
    const xfrm = kernel();
    const added = 1.5 * second;
    xfrm.addState(inState({ shape: { ...shape, lifetime: { hardAddSeconds: 3 } } }), added);
    xfrm.advance(added + 3 * second - 1);
    expect(xfrm.stateCount).toBe(1);
    xfrm.advance(added + 3 * second);
    expect(xfrm.stateCount).toBe(0);
    expect(xfrm.counters()).toEqual([]);
  });
});

describe('counters', () => {
  it('are listed in the order of the file', () => {
    const xfrm = kernel();
    for (const name of xfrmCounters.toReversed()) xfrm.countRace(name);
    expect(xfrm.counters()).toEqual(xfrmCounters.map((name) => [name, 1]));
  });

  it('move at a check, not at a packet', () => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    const result = xfrm.input(espPacket(1), 0, 0);
    if (result.kind !== 'decrypted') throw new Error('dropped');
    const { inner, mark, secpath } = result;
    for (const direction of ['in', 'fwd'] as const) {
      expect(xfrm.checkPolicy(direction, inner, mark, secpath)).toBe('XfrmInNoPols');
    }
    expect(xfrm.counter('XfrmInNoPols')).toBe(2);
  });

  it('move for traffic in clear only if a policy, or the default, wants more', () => {
    const xfrm = kernel();
    expect(xfrm.checkPolicy('in', inbound, 0, [])).toBeUndefined();
    xfrm.setDefaultAction('in', 'block');
    expect(xfrm.checkPolicy('in', inbound, 0, [])).toBe('XfrmInNoPols');
    xfrm.upsertPolicy(policy());
    expect(xfrm.checkPolicy('in', inbound, 0, [])).toBe('XfrmInTmplMismatch');
    xfrm.upsertPolicy(policy({ action: 'block' }));
    expect(xfrm.checkPolicy('in', inbound, 0, [])).toBe('XfrmInPolBlock');
  });

  it('move for a packet that a state’s own selector does not admit', () => {
    const xfrm = kernel();
    const selector = { source: prefix('10.0.9.0/24'), destination: prefix('0.0.0.0/0') };
    xfrm.addState(inState({ shape: { ...shape, selector } }), 0);
    const result = xfrm.input(espPacket(1), 0, 0);
    if (result.kind !== 'decrypted') throw new Error('dropped');
    expect(xfrm.checkPolicy('in', result.inner, 0, result.secpath)).toBe('XfrmInStateMismatch');
  });
});

describe('an IPv6 kernel', () => {
  it('finds states and policies by all 128 bits', () => {
    const xfrm = kernel();
    const [here, there] = [address('fd00::2'), address('fd00:0:0:1::1')];
    const pods = { source: prefix('::/0'), destination: prefix('fd01:0:0:1::/64') };
    xfrm.addState(outState({ source: here, destination: there }), 0);
    const templates = [{ ...outTemplate, source: here, destination: there, spi: 3 }];
    xfrm.addPolicy(policy({ direction: 'out', selector: pods, templates }));
    const to = (destination: string): string =>
      xfrm.output({ ...outbound, source: here, destination: address(destination) }, 0, 0).kind;
    expect(to('fd01:0:0:1:ffff::9')).toBe('encrypted');
    expect(to('fd01:0:0:2:ffff::9')).toBe('clear');
  });
});

describe('KeyCounter', () => {
  it('counts keys, not states, anew for every kernel', () => {
    const counter = new KeyCounter();
    const kernels = [[7, 7, 900], [7], []].map((keys) => {
      const xfrm = kernel();
      keys.forEach((key, spi) =>
        xfrm.addState(inState({ key: key as KeyHandle, spi: spi + 1 }), 0),
      );
      return xfrm;
    });
    expect(kernels.map((xfrm) => counter.distinctKeys(xfrm))).toEqual([2, 1, 0]);
    const [first] = kernels;
    first?.allocateSpi(inState({ spi: 9 }), 0);
    expect(first && counter.distinctKeys(first)).toBe(2);
  });
});

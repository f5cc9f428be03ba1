import { describe, expect, it } from 'vitest';
import { millisecond, second } from '../time.ts';
import type { KeyHandle, StateConfig } from './config.ts';
import { type KernelName, kernelProfiles } from './kernel-profile.ts';
import { noKey } from './kernel.ts';
import {
  espPacket,
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

const noMark = { value: 0, mask: 0 };

function shown(xfrm: Xfrm): readonly (readonly [spi: number, validity: string, key: number])[] {
  return Array.from(xfrm.states(), ({ spi, validity, key }) => [spi, validity, key] as const);
}

describe('ALLOCSPI', () => {
  it('holds an SPI that UPDSA then fills', () => {
    const xfrm = kernel();
    expect(xfrm.allocateSpi(inState(), 0)).toBe('ok');
    expect(shown(xfrm)).toEqual([[3, 'acquire', noKey]]);
    expect(xfrm.addState(inState(), 0)).toBe('EEXIST');
    expect(xfrm.updateState(inState())).toBe('ok');
    expect(shown(xfrm)).toEqual([[3, 'valid', 1]]);
  });

  it('leaves a larval state without an SPI where that is taken, and gives it the next one', () => {
    const xfrm = kernel();
    xfrm.addState(outState(), 0);
    expect(xfrm.allocateSpi(inState(), 0)).toBe('ENOENT');
    expect(shown(xfrm)).toEqual([
      [3, 'valid', 1],
      [0, 'acquire', noKey],
    ]);
    expect(xfrm.allocateSpi(inState(), 0)).toBe('ENOENT');
    expect(xfrm.stateCount).toBe(2);
    expect(xfrm.allocateSpi(inState({ spi: 4 }), 0)).toBe('ok');
    expect(shown(xfrm)).toEqual([
      [3, 'valid', 1],
      [4, 'acquire', noKey],
    ]);
  });

  it('takes a state of the other direction for none up to 5.10', () => {
    const xfrm = kernel('5.10');
    xfrm.addState(outState(), 0);
    expect(xfrm.allocateSpi(inState(), 0)).toBe('ok');
  });

  it('has a larval state without an SPI go when the state that it is for comes', () => {
    const xfrm = kernel();
    xfrm.allocateSpi(inState({ spi: 0 }), 0);
    // Of another reqid, so that the larval state is not for it.
    xfrm.addState(inState({ spi: 7, shape: { ...shape, reqid: 2 } }), 0);
    expect(xfrm.stateCount).toBe(2);
    xfrm.addState(inState(), 0);
    expect(shown(xfrm)).toEqual([
      [7, 'valid', 1],
      [3, 'valid', 1],
    ]);
  });
});

describe('UPDSA', () => {
  const lasting = (hardPackets: number): StateConfig =>
    outState({ shape: { ...shape, lifetime: { hardPackets } } });
  const sending = (config: StateConfig, name?: KernelName): Xfrm => {
    const xfrm = kernel(name);
    xfrm.addState(config, 0);
    xfrm.addPolicy(policy({ direction: 'out', templates: [outTemplate] }));
    return xfrm;
  };

  it('of what is not there is ESRCH, and of a window that is too large EINVAL', () => {
    expect(kernel().updateState(inState())).toBe('ESRCH');
    const replay = { kind: 'legacy', window: 33 } as const;
    expect(kernel().updateState(inState({ shape: { ...shape, replay } }))).toBe('EINVAL');
  });

  it('changes neither the key nor the encapsulation', () => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    expect(xfrm.updateState(inState({ key: 2 as KeyHandle }))).toBe('ok');
    expect(shown(xfrm)).toEqual([[3, 'valid', 1]]);
    const encapsulated = inState({ shape: { ...shape, encapsulation: 'espinudp' } });
    expect(xfrm.updateState(encapsulated)).toBe('EINVAL');
  });

  it('finds no state of the other direction where the kernel knows directions', () => {
    const towards = (direction: 'in' | 'out'): StateConfig =>
      outState({ shape: { ...shape, direction } });
    expect(sending(towards('out'), '6.1').updateState(towards('in'))).toBe('ok');
    expect(sending(towards('out'), '6.12').updateState(towards('in'))).toBe('ESRCH');
    expect(sending(towards('out'), '6.12').updateState(towards('out'))).toBe('ok');
  });

  it('gives a state an interface, whose packets alone it then serves', () => {
    const xfrm = sending(outState());
    expect(xfrm.updateState(outState({ shape: { ...shape, interfaceId: 1 } }))).toBe('ok');
    expect(xfrm.output(outbound, 0, 0)).toMatchObject({ counter: 'XfrmOutNoStates' });
  });

  it('takes the limits away where it names none, and ends a state that is beyond new ones', () => {
    const xfrm = sending(lasting(1));
    expect(xfrm.output(outbound, 0, 0).kind).toBe('encrypted');
    xfrm.updateState(outState());
    expect(xfrm.output(outbound, 0, 0).kind).toBe('encrypted');
    xfrm.updateState(lasting(3));
    expect(xfrm.output(outbound, 0, 0).kind).toBe('encrypted');
    xfrm.updateState(lasting(2));
    expect(shown(xfrm)).toEqual([[3, 'expired', 1]]);
    // Its timer has it deleted: what is sent a moment later finds nothing, and asks for a new one.
    expect(xfrm.output(outbound, 0, millisecond)).toMatchObject({ counter: 'XfrmOutNoStates' });
  });

  it('has a state that is soft-expired serve before a dying one no more', () => {
    const soft = { ...shape, lifetime: { softPackets: 1 } };
    const xfrm = sending(outState({ shape: soft }));
    xfrm.output(outbound, 0, 0);
    xfrm.output(outbound, 0, 0); // from here on it is dying
    xfrm.addState(outState({ spi: 4, key: 2 as KeyHandle }), -1 + second);
    const spiOf = (): unknown => {
      const result = xfrm.output(outbound, 0, second);
      return result.kind === 'encrypted' && result.packet.spi;
    };
    expect(spiOf()).toBe(4);
  });
});

describe('NEWAE and DELSA', () => {
  it('of what is not there are ESRCH', () => {
    const identity = { destination: remote, spi: 3, mark: noMark };
    expect(kernel().replaceSequence(identity, { output: 7 })).toBe('ESRCH');
    expect(kernel().deleteState(identity)).toBe('ESRCH');
  });

  it('have a state count on from the number that it is given', () => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    expect(xfrm.replaceSequence({ ...inState(), mark: noMark }, { input: 100 })).toBe('ok');
    const fates = [50, 101].map((sequence) => xfrm.input(espPacket(sequence), 0, 0).kind);
    expect(fates).toEqual(['dropped', 'decrypted']);
  });
});

describe('a state that has gone', () => {
  it('is not taken out a second time', () => {
    const xfrm = kernel();
    xfrm.addState(inState(), 0);
    xfrm.addState(inState({ spi: 4 }), 0);
    const [first] = [...xfrm.states()];
    if (first === undefined) throw new Error('no state');
    expect(xfrm.newestState?.spi).toBe(4);
    xfrm.removeState(first);
    xfrm.removeState(first);
    expect(xfrm.stateCount).toBe(1);
    expect(xfrm.deleteState({ ...inState({ spi: 4 }), mark: noMark })).toBe('ok');
    expect(xfrm.newestState).toBeUndefined();
  });
});

import { address, prefix } from '../../address.ts';
import type { KeyHandle, PolicyConfig, StateConfig, StateShape, Template } from '../config.ts';
import { anyMark } from '../mark.ts';
import type { EspPacket, InnerPacket } from '../packet.ts';

export const local = address('198.18.0.2');
export const remote = address('198.18.0.1');
export const anywhere = prefix('0.0.0.0/0');

export const shape: StateShape = {
  mode: 'tunnel',
  reqid: 1,
  markMask: 0,
  replay: { kind: 'esn', window: 32 },
  icvBits: 128,
};

/** A state from the remote host to this one. */
export function inState(change: Partial<StateConfig> = {}): StateConfig {
  const base = { shape, source: remote, destination: local, spi: 3, markValue: 0 };
  return { ...base, key: 1 as KeyHandle, ...change };
}

/** A state from this host to the remote one. */
export function outState(change: Partial<StateConfig> = {}): StateConfig {
  return inState({ source: local, destination: remote, ...change });
}

export const template: Template = {
  source: remote,
  destination: local,
  spi: 0,
  reqid: 1,
  mode: 'tunnel',
  optional: false,
};

export const outTemplate: Template = { ...template, source: local, destination: remote };

/** A policy for all traffic. */
export function policy(change: Partial<PolicyConfig> = {}): PolicyConfig {
  return {
    direction: 'in',
    selector: { source: anywhere, destination: anywhere },
    mark: anyMark,
    priority: 0,
    action: 'allow',
    templates: [template],
    ...change,
  };
}

export const inbound: InnerPacket = {
  source: address('10.0.1.5'),
  destination: address('10.0.2.7'),
  protocol: 17,
  length: 52,
};

export const outbound: InnerPacket = {
  ...inbound,
  source: inbound.destination,
  destination: inbound.source,
};

/** A packet that `inState()` accepts. */
export function espPacket(sequence: number, change: Partial<EspPacket> = {}): EspPacket {
  const ends = { source: remote, destination: local, spi: 3, sequence, sequenceHigh: 0 };
  const key = 1 as KeyHandle;
  return { ...ends, key, icvBits: 128, mode: 'tunnel', inner: inbound, ...change };
}

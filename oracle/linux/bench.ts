import { performance } from 'node:perf_hooks';
import { address, prefix } from '../../model/address.ts';
import { assert, defined } from '../../model/assert.ts';
import {
  anyMark,
  type InnerPacket,
  kernelProfiles,
  type PolicyConfig,
  type StateConfig,
  Xfrm,
} from '../../model/xfrm/index.ts';
import { hostPrefix, KernelSpace, listenerPort } from './kernel-space.ts';
import type { Machine } from './machine.ts';
import * as requests from './netlink/xfrm-requests.ts';
import { sequenceKeyMaterial, sequenceKeys } from './sequences/sequence-keys.ts';

export interface BenchResult {
  readonly packets: number;
  /** Packets per second, each one encrypted by a sender and decrypted by a receiver. */
  readonly model: number;
  readonly kernel: number;
}

const sender = address('198.18.0.2');
const receiver = address('198.18.0.1');
const pods = { sender: address('10.0.2.7'), receiver: address('10.0.1.5') };

const key = defined(sequenceKeys[0], 'a key');
const state: StateConfig = {
  source: sender,
  destination: receiver,
  spi: 3,
  markValue: 0,
  key,
  shape: {
    mode: 'tunnel',
    reqid: 1,
    markMask: 0,
    replay: { kind: 'esn', window: 1024 },
    icvBits: 128,
  },
};

function policy(direction: 'in' | 'out'): PolicyConfig {
  const everything = prefix('0.0.0.0/0');
  const template = { source: sender, destination: receiver, spi: 0, reqid: 1 } as const;
  return {
    direction,
    selector: { source: everything, destination: everything },
    mark: anyMark,
    priority: 0,
    action: 'allow',
    templates: [{ ...template, mode: 'tunnel', optional: false }],
  };
}

const packet: InnerPacket = {
  source: pods.sender,
  destination: pods.receiver,
  protocol: 17,
  length: 100,
  sourcePort: 1009,
  destinationPort: listenerPort,
};

/** The same packets through a pair of kernels of the model, and through two namespaces of a real one. */
export async function benchKernel(machine: Machine, packets: number): Promise<BenchResult> {
  // Once to compile and to fill the caches, once to count.
  modelSeconds(machine, packets);
  await kernelSeconds(machine, packets);
  return {
    packets,
    model: packets / modelSeconds(machine, packets),
    kernel: packets / (await kernelSeconds(machine, packets)),
  };
}

function modelSeconds({ profile }: Machine, packets: number): number {
  const [sending, receiving] = [
    new Xfrm(kernelProfiles[profile]),
    new Xfrm(kernelProfiles[profile]),
  ];
  for (const [xfrm, direction] of [
    [sending, 'out'],
    [receiving, 'in'],
  ] as const) {
    xfrm.addState(state, 0);
    xfrm.addPolicy(policy(direction));
  }
  const began = performance.now();
  for (let i = 0; i < packets; i += 1) {
    const sent = sending.output(packet, 0, i);
    assert(sent.kind === 'encrypted', 'a packet that leaves encrypted');
    const received = receiving.input(sent.packet, 0, i);
    assert(received.kind === 'decrypted', 'a packet that is decrypted');
    const dropped = receiving.checkPolicy('in', received.inner, received.mark, received.secpath);
    assert(dropped === undefined, 'a packet that is accepted');
  }
  return (performance.now() - began) / 1000;
}

async function kernelSeconds(machine: Machine, packets: number): Promise<number> {
  const link = (own: typeof sender): { address: typeof sender; length: number } => ({
    address: own,
    length: 24,
  });
  const sending = KernelSpace.open(machine, 1, {
    addresses: [link(sender)],
    routes: [prefix('10.0.1.0/24')],
    hasIpv6: false,
  });
  const receiving = KernelSpace.open(machine, 2, {
    addresses: [link(receiver), hostPrefix(pods.receiver)],
    routes: [prefix('10.0.2.0/24')],
    hasIpv6: false,
  });
  for (const [space, direction] of [
    [sending, 'out'],
    [receiving, 'in'],
  ] as const) {
    const added = await space.xfrm(requests.addState(state, sequenceKeyMaterial(key)));
    const allowed = await space.xfrm(requests.addPolicy(policy(direction)));
    assert(added === 'ok' && allowed === 'ok', 'a state and a policy');
  }
  const { nanoseconds, delivered } = await sending.bench(packets, receiving, packet, [0, 0]);
  await sending.close();
  await receiving.close();
  assert(delivered === packets, `${packets} packets delivered, not ${delivered}`);
  return Number(nanoseconds) / 1e9;
}

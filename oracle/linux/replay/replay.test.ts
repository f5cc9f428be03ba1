import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { assert } from '../../../model/assert.ts';
import { kernelProfiles, type StateConfig } from '../../../model/xfrm/index.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import type { Scenario } from '../../../sim/index.ts';
import { Channel } from '../channel.ts';
import { guestOperation } from '../guest-operation.ts';
import type { Machine } from '../machine.ts';
import { place } from '../sequences/layout.ts';
import { sequenceKeys } from '../sequences/sequence-keys.ts';
import { Recording } from './recording-xfrm.ts';
import { replayScenario } from './replay.ts';

/** XFRM_MSG_NEWAE (Linux, include/uapi/linux/xfrm.h). */
const newSequence = 0x1e;
/** Where `struct xfrm_replay_state` begins: after the heads of message, request and attribute. */
const replayValue = 16 + 48 + 4;
const requestHead = 8;
const xfrmProtocol = 6;

/** A machine that does nothing and says that all went well; it keeps the netlink messages for XFRM. */
function idleMachine(): { machine: Machine; messages: Buffer[] } {
  const [toUs, fromUs] = [new PassThrough(), new PassThrough()];
  const messages: Buffer[] = [];
  fromUs.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
      const length = chunk.readUInt32LE(at);
      const [operation, argument] = [chunk.readUInt8(at + 6), chunk.readUInt8(at + 7)];
      const payload = chunk.subarray(at + requestHead, at + requestHead + length);
      if (operation === guestOperation.netlink && argument === xfrmProtocol) messages.push(payload);
      const answer = operation === guestOperation.drain ? [4, 0, 0, 0, 0, 0, 0, 0] : [0, 0, 0, 0];
      toUs.write(Buffer.from([...answer.slice(0, 4), 0, 0, 0, 0, ...answer.slice(4)]));
      at += requestHead + length;
    }
  });
  const machine: Machine = {
    channel: new Channel(toUs, fromUs, 10_000),
    release: '6.1.0',
    profile: '6.1',
    ownsClock: true,
    stop: () => Promise.resolve(),
  };
  return { machine, messages };
}

function exhausted(): Scenario {
  const file = 'scenarios/xfrm/sequence-number-exhausted.yaml';
  const url = new URL(`../../../${file}`, import.meta.url);
  const loaded = loadScenario(readFileSync(url, 'utf8'), { file });
  assert(loaded.ok, 'a scenario of the library');
  return loaded.value;
}

test('sequence numbers that a scenario sets are set in the kernel', async () => {
  const { machine, messages } = idleMachine();
  const result = await replayScenario(machine, exhausted());
  const set = messages.filter((message) => message.readUInt16LE(4) === newSequence);
  // n1's output state takes the number, and the state of n2 that it sends to, as its input.
  expect(set.map((message) => message.subarray(replayValue, replayValue + 8))).toEqual([
    Buffer.from([0xf5, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    Buffer.from([0, 0, 0, 0, 0xf5, 0xff, 0xff, 0xff]),
  ]);
  // A machine that lets nothing through is noticed.
  expect(result?.differences.length).toBeGreaterThan(0);
});

test('a scenario with more packets than wanted is left out, and the kernel not asked', async () => {
  const { machine, messages } = idleMachine();
  const sent = (await replayScenario(machine, exhausted()))?.packets ?? 0;
  expect(sent).toBeGreaterThan(0);
  messages.splice(0);
  expect(await replayScenario(machine, exhausted(), sent - 1)).toBeUndefined();
  expect(machine.channel.answered).toBeGreaterThan(0);
  expect(messages).toEqual([]);
  expect(await replayScenario(machine, exhausted(), sent)).toBeDefined();
});

test('NEWAE is recorded with the window of the state that it means, and without one', () => {
  const recording = new Recording();
  const xfrm = recording.makeKernel(kernelProfiles['6.1'], 'n1');
  const shape = {
    mode: 'tunnel',
    reqid: 1,
    markMask: 0,
    replay: { kind: 'esn', window: 32 },
    icvBits: 128,
  } as const;
  const ends = { source: place.local, destination: place.remote };
  const key = sequenceKeys[0] as StateConfig['key'];
  xfrm.addState({ ...ends, shape, spi: 3, markValue: 0, key }, 0);
  const identity = { destination: place.remote, spi: 3, mark: { value: 0, mask: 0 } };
  expect(xfrm.replaceSequence(identity, { output: 7 })).toBe('ok');
  expect(xfrm.replaceSequence({ ...identity, spi: 4 }, { output: 7 })).toBe('ESRCH');
  const deeds = recording.events.map(({ deed }) => deed).slice(1);
  const seed = { output: 7 };
  expect(deeds).toEqual([
    { kind: 'replaceSequence', identity, shape, seed, answer: 'ok' },
    {
      kind: 'replaceSequence',
      identity: { ...identity, spi: 4 },
      shape: undefined,
      seed,
      answer: 'ESRCH',
    },
  ]);
});

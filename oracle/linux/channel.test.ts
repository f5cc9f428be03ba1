import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Channel } from './channel.ts';
import { KernelLost } from './failure.ts';

/** A guest that answers the first `answers` requests with 7 and no payload, and then no more. */
function guest(answers: number): { channel: Channel; toUs: PassThrough; fromUs: PassThrough } {
  const [toUs, fromUs] = [new PassThrough(), new PassThrough()];
  const channel = new Channel(toUs, fromUs, 20);
  let left = answers;
  fromUs.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && left > 0; at += 8 + chunk.readUInt32LE(at)) {
      left -= 1;
      toUs.write(Buffer.from([0, 0, 0, 0, 7, 0, 0, 0]));
    }
  });
  return { channel, toUs, fromUs };
}

const hello = { operation: 'hello' } as const;

test('answers come to their requests, whole even if they arrive in pieces', async () => {
  const { channel, toUs } = guest(1);
  const first = channel.request(hello);
  const second = channel.request({ operation: 'counters', namespace: 1 });
  expect((await first).result).toBe(7);
  const answer = Buffer.from([2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 5, 6]);
  for (const octet of answer) toUs.write(Buffer.from([octet]));
  expect(await second).toEqual({ result: -1, payload: Buffer.from([5, 6]) });
});

test('a channel that is closed ends what waits, and all that is asked later', async () => {
  const { channel, toUs } = guest(1);
  await channel.request(hello);
  const waiting = [channel.request(hello), channel.request(hello)];
  toUs.end();
  for (const request of [...waiting, channel.request(hello)]) {
    await expect(request).rejects.toThrow(new KernelLost('the channel to the kernel was closed'));
  }
});

test('a channel that breaks does so too', async () => {
  const { channel, fromUs } = guest(1);
  await channel.request(hello);
  const waiting = channel.request(hello);
  fromUs.destroy(new Error('EPIPE'));
  await expect(waiting).rejects.toThrow(new KernelLost('the channel to the kernel broke'));
});

test('a kernel that answered once and then no more is lost', async () => {
  const { channel } = guest(1);
  await channel.request(hello);
  await expect(channel.request(hello)).rejects.toThrow(
    new KernelLost('the kernel did not answer for 0.02 s'),
  );
});

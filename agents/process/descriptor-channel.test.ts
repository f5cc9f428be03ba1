import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChannelLine } from '../wire/index.ts';
import { DescriptorChannel } from './descriptor-channel.ts';

/** All that comes of reading this text, and of reading on after it. */
function read(text: string): readonly ChannelLine[] {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-channel-'));
  const file = join(folder, 'text');
  writeFileSync(file, text);
  const input = openSync(file, 'r');
  const channel = new DescriptorChannel({
    input,
    output: -1,
    ended: ({ rest }) => ({ kind: 'halfALine', message: rest }),
  });
  const lines: ChannelLine[] = [];
  do lines.push(channel.readLine());
  while (lines.at(-1)?.kind === 'line');
  closeSync(input);
  rmSync(folder, { recursive: true });
  return lines;
}

const line = (text: string): ChannelLine => ({ kind: 'line', text });
const ended = (rest: string): ChannelLine => ({
  kind: 'ended',
  fault: { kind: 'halfALine', message: rest },
});

test('lines come in their order, empty ones too, and then what has no end', () => {
  expect(read('one\n\ntwo\nthr')).toEqual([line('one'), line(''), line('two'), ended('thr')]);
  expect(read('one\n')).toEqual([line('one'), ended('')]);
  expect(read('')).toEqual([ended('')]);
});

// With one shift of three, a chunk, whose length is a power of two, ends between two characters.
test.each([1, 2, 3])('characters are whole where chunks of bytes meet, %s bytes in', (shift) => {
  const text = `${'x'.repeat(shift)}${'€'.repeat(50_000)}`;
  expect(read(`${text}\n${text}\n${text}`)).toEqual([line(text), line(text), ended(text)]);
});

test('a line that is too long ends it, but not many that are long together', () => {
  const half = 'x'.repeat(5 * 1024 * 1024);
  expect(read(`${half}\n${half}\n`)).toEqual([line(half), line(half), ended('')]);
  const message = 'it wrote a line of more than 8388608 bytes';
  expect(read(`${half}${half}\n`)).toEqual([
    { kind: 'ended', fault: { kind: 'flooded', message } },
  ]);
});

import { expect, test } from 'vitest';
import type { FaultKind } from './channel.ts';
import { HandlesOfBytes } from './key-book.ts';
import { Session } from './session.ts';

/** A session with an agent that says these lines, whatever it is told; then it is gone. */
function sessionWith(...lines: readonly string[]): Session {
  const left = [...lines];
  const channel = {
    write: () => undefined,
    readLine: () => {
      const text = left.shift();
      if (text !== undefined) return { kind: 'line', text } as const;
      const fault = { kind: 'exited', message: 'it exited' } as const;
      return { kind: 'ended', fault } as const;
    },
  };
  return new Session(channel, new HandlesOfBytes(), { messages: 3, unanswered: 2 });
}

const hello = { protocol: 1, name: 'a', hosts: 'oneNode' };
const answer = (id: number, result: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result });
const ask = (id: number, method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const timer = { method: 'timer', params: { node: 'east/n1', nowUs: 0, timer: 'reclaim' } } as const;

test('an agent says hello', () => {
  expect(sessionWith(answer(1, hello)).hello('test')).toEqual({ ok: true, value: hello });
});

test('an operation is heard about the input that it is for, and then its end', () => {
  const session = sessionWith(
    ask(1, 'encryptMapUpdate', { input: 2, keyID: 4 }),
    answer(2, {}),
    answer(1, {}),
  );
  const first = session.request(timer);
  const second = session.request(timer);
  const asked = { kind: 'encryptMapUpdate', keyId: 4 };
  expect(session.hear(first)).toEqual({ kind: 'done' });
  expect(session.hear(second)).toEqual({ kind: 'asks', id: 1, asked });
  expect(session.hear(second)).toEqual({ kind: 'done' });
});

test.each<[FaultKind, string, readonly string[]]>([
  ['exited', 'it exited', []],
  ['invalidJson', 'no JSON: "{oops"', ['{oops']],
  ['invalidMessage', 'expected', ['[]']],
  ['invalidMessage', '"xfrmStateFlush", which is no method', [ask(1, 'xfrmStateFlush', {})]],
  ['invalidMessage', 'encryptMapUpdate at keyID', [ask(1, 'encryptMapUpdate', { input: 1 })]],
  ['replyToNothing', 'request 9, which is not open', [answer(9, {})]],
  ['replyToNothing', 'request 9', [ask(1, 'xfrmStateList', { input: 9 })]],
  [
    'flooded',
    '2 requests ahead',
    [1, 2, 3].map((id) => ask(id, 'xfrmStateList', { input: 1 })).concat(answer(2, {})),
  ],
])('a fault: %s: %s', (kind, message, lines) => {
  const session = sessionWith(...lines);
  session.request(timer);
  const second = session.request(timer);
  const said = session.hear(second);
  expect(said).toMatchObject({ kind: 'fault', fault: { kind } });
  expect(session.fault?.message).toContain(message);
});

test('another version is refused', () => {
  const said = sessionWith(answer(1, { ...hello, protocol: 2 })).hello('test');
  expect(said).toMatchObject({ ok: false, error: { kind: 'wrongVersion' } });
});

import { expect, test } from 'vitest';
import type { AgentEnvironment, Operation } from '../../model/agent/index.ts';
import { keyId } from '../../model/secret/index.ts';
import { serveAgent, type Answer, type ServedSteps } from './serve.ts';

interface Line {
  readonly id: number;
  readonly method?: string;
  readonly result?: object;
}

type Handle = (environment: AgentEnvironment) => ServedSteps<void>;

/** What an agent writes that handles its start like this, in parts: before each line that it is told then. */
function said(handle: Handle, ...told: readonly object[]): readonly (readonly Line[])[] {
  const left = [start, ...told].map((line) => JSON.stringify({ jsonrpc: '2.0', ...line }));
  const parts: Line[][] = [[]];
  const channel = {
    write: (text: string) => {
      parts.at(-1)?.push(...text.split('\n').flatMap((line) => (line === '' ? [] : parse(line))));
    },
    readLine: () => {
      parts.push([]);
      const text = left.shift();
      if (text !== undefined) return { kind: 'line', text } as const;
      return { kind: 'ended', fault: { kind: 'exited', message: 'the end' } } as const;
    },
  };
  const make = (environment: AgentEnvironment) => ({ handle: () => handle(environment) });
  serveAgent(channel, { name: 'a', version: '1', make });
  return parts.slice(1);
}

function parse(line: string): Line {
  const { id, method, result } = JSON.parse(line) as Line;
  return method === undefined ? { id, result: result ?? {} } : { id, method };
}

const record = {
  name: 'east/n1',
  internalIP: {},
  ciliumInternalIP: {},
  podCIDR: {},
  bootID: '322661e7-5a25-4832-8c47-580825e8ee3f',
  keyID: 0,
};
const start = {
  id: 7,
  method: 'start',
  params: {
    node: 'east/n1',
    nowUs: 0,
    release: 'cilium-1.19',
    settings: {
      ipsecKeyRotationDurationUs: 1,
      enableIPsecKeyWatcher: true,
      enableIPv4: true,
      enableIPv6: false,
      routingMode: 'native',
      reclaimIntervalUs: 1,
    },
    local: record,
    keyFile: null,
    nodes: [],
    checkpoint: [],
    nodeMap: [],
    firstReclaimAfterUs: 1,
  },
};
const publish: Operation = { kind: 'publish', keyId: 4 };
const use: Operation = { kind: 'encryptMapUpdate', keyId: 4 };
const result = (id: number, errno: string, more: object = {}): object => ({
  id,
  result: { errno, ...more },
});

test('several operations are sent together, and the agent goes on when all are answered', () => {
  let heard: Answer | undefined = undefined;
  const parts = said(
    function* () {
      heard = yield [publish, use];
      yield publish;
    },
    result(1, 'ok'),
    result(2, 'ENOMEM'),
    result(3, 'ok'),
  );
  expect(heard).toEqual({ errno: 'ENOMEM', answers: [{ errno: 'ok' }, { errno: 'ENOMEM' }] });
  expect(parts).toEqual([
    [
      { id: 1, method: 'publish' },
      { id: 2, method: 'encryptMapUpdate' },
    ],
    [],
    [{ id: 3, method: 'publish' }],
    [{ id: 7, result: {} }],
    [],
  ]);
});

test('no more are sent ahead than the harness bears', () => {
  const answered = Array.from({ length: 500 }, (_, index) => result(index + 1, 'ok'));
  const parts = said(
    function* () {
      yield Array.from({ length: 501 }, () => publish);
    },
    ...answered,
    result(501, 'ok'),
  );
  const lengths = parts.map(({ length }) => length);
  expect(lengths).toEqual([500, ...Array.from({ length: 499 }, () => 0), 1, 1, 0]);
});

test('no operations at all are not waited for', () => {
  const parts = said(function* () {
    expect(yield []).toEqual({ errno: 'ok' });
  });
  expect(parts[0]).toEqual([{ id: 7, result: {} }]);
});

test('an agent that was stopped hears nothing of what it had asked for', () => {
  let hears = 0;
  const parts = said(
    function* () {
      yield [publish, use];
      hears += 1;
    },
    result(1, 'ok'),
    { id: 8, method: 'stop', params: { node: 'east/n1' } },
    result(2, 'ok'),
  );
  expect(hears).toBe(0);
  expect(parts.slice(2)).toEqual([[{ id: 8, result: {} }], [], []]);
});

test('the last number of foreign changes that was told holds, whatever it was told with', () => {
  const seen: number[] = [];
  said(
    function* ({ foreignChanges }) {
      seen.push(foreignChanges());
      yield { kind: 'setTimer', timer: 'reclaim', after: 1 };
      yield publish;
      seen.push(foreignChanges());
      yield publish;
      seen.push(foreignChanges());
    },
    result(1, 'ok', { foreignChanges: 2 }),
    result(2, 'ok'),
    result(3, 'ok', { foreignChanges: 3 }),
  );
  expect(seen).toEqual([0, 2, 3]);
});

test('a process bears more runs than one run bears secrets', () => {
  const runs = 8_200;
  let handles = 0;
  const stop = { id: 8, method: 'stop', params: { node: 'east/n1' } };
  const rotations = Array.from({ length: runs }, () => [stop, start]).flat();
  said(
    function* ({ keyRing }) {
      handles += 1;
      const keyHex = handles.toString(16).padStart(40, '0');
      const algorithm = { kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex, icvBits: 128 } as const;
      keyRing.globalKey(keyRing.psk({ keyId: keyId(3), perTunnel: false, algorithm }));
      yield [];
    },
    ...rotations,
  );
  expect(handles).toBe(runs + 1);
});

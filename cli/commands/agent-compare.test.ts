import { expect, test, vi } from 'vitest';
import { agentCompare, contestantsOf } from './agent-compare.ts';

const options = { only: [], runs: 1, silence: 10 };

async function compared(
  names: readonly string[],
  ...only: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const pieces: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    pieces.push(String(piece));
    return true;
  });
  try {
    const code = await agentCompare(names, { ...options, only, json: true }, '0');
    return { code, text: pieces.join('') };
  } finally {
    spy.mockRestore();
  }
}

/** What each agent did in the one scenario. */
function measuresIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  const { agents } = JSON.parse(text) as { agents: { scenarios: Record<string, unknown>[] }[] };
  return agents.map(({ scenarios }) => scenarios[0] ?? {});
}

test('who announces before it has installed loses what is sent in between, whatever the duration', async () => {
  const id = 'incidents/advertise-before-install';
  const { code, text } = await compared(['cilium-1.19', 'publishes-before-install'], id);
  const [sound, broken] = measuresIn(text);
  expect(code).toBe(0);
  // n1 loads the key at 90.5 s and its IN state is there 10 s later: the probes of 91 s to 95 s, for
  // the OUT state comes first and takes 5 s (the scenario's own reckoning).
  expect(broken).toMatchObject({ scenario: id, lost: 5, safeDurationUs: null });
  // n2 loads at 70.5 s; n1 at 90.5 s + two states of 5 s, and publishes: at n2 another 200 ms later.
  expect(sound).toMatchObject({ lost: 0, convergenceUs: 40_700_000 });
});

test('gates make the duration matter less', async () => {
  const { text } = await compared(
    ['cilium-1.18', 'gated-three-phase'],
    'incidents/rotate-faster-than-window',
  );
  const [timed, gated] = measuresIn(text);
  expect(timed?.['safeDurationUs']).toBeGreaterThan(0);
  expect(gated).toMatchObject({ lost: 0, safeDurationUs: 0 });
});

test('two runs print the same', async () => {
  const names = ['cilium-1.18', 'reclaims-at-once'];
  const [first, second] = [
    await compared(names, 'rotation/healthy'),
    await compared(names, 'rotation/healthy'),
  ];
  expect(first).toEqual(second);
});

test.each([
  [['cilium-1.19'], [], '1 agents are named'],
  [['cilium-1.91', 'cilium-1.18'], [], 'did you mean "cilium-1.19"?'],
  [['cilium-1.19', 'cilium-1.18'], ['limits/too-many-nodes'], 'no key is written there'],
])('%j in %j is refused', async (names, only, message) => {
  await expect(compared(names, ...only)).rejects.toThrow(message);
});

test.each([
  [
    ['a', 'b'],
    ['keyturn', 'a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', './b', 'c'],
    ['keyturn', 'a', '--', './b', 'c'],
    ['a', ['./b', 'c']],
  ],
  [
    ['./a', 'x', '--', './b'],
    ['keyturn', '--', './a', 'x', '--', './b'],
    [['./a', 'x'], ['./b']],
  ],
])('the words %j of %j are the agents %j', (words, raw, agents) => {
  expect(contestantsOf(words, raw)).toEqual(agents);
});

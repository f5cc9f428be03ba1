import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/index.ts';
import { agentsBy, type Scenario, simulate } from '../../sim/index.ts';
import { CommandAgents } from './index.ts';

const scenario = scenarioOf(`
title: two nodes
clusters: [{ name: east, nodes: 2, release: cilium-1.19 }]
procedure: [{ wait: 1s }]
`);

function scenarioOf(text: string): Scenario {
  const loaded = loadScenario(text, { file: 'a.yaml' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

/** A program that says hello, and does this when the first agent starts. */
function agentThat(does: string): readonly string[] {
  const program = `
    const hello = { protocol: 1, name: 'bad', hosts: 'allNodes' };
    const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      if (method === 'hello') say({ id, result: { ...hello, pid: undefined } });
      else { ${does} }
    });
  `;
  return [process.execPath, '-e', program];
}

const busy = 'for (;;);';

test.each([
  ['exits', 'process.exit(3)', 'it exited before it was told to stop'],
  ['crashes', "console.error('boom'); process.abort()", 'its standard error ends'],
  ['writes half a line', "process.stdout.write('{\"json', () => process.exit())", 'in the middle'],
  ['hangs', busy, 'it said nothing for 5 s'],
  ['writes no JSON', "process.stdout.write('hello\\n')", 'a line that is no JSON'],
  ['replies to nothing', 'say({ id: 99, result: {} })', 'request 99, which is not open'],
  [
    'floods',
    "for (let i = 1; ; i += 1) say({ id: i, method: 'log', params: { input: id, level: 'info', message: 'x' } })",
    // Which of its excesses is noticed first depends on how fast the machine is.
    /it read none of what it was told|more than 300 MiB/,
  ],
  [
    'takes all memory',
    'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))',
    'more than 300 MiB',
  ],
])('an agent that %s gives a reason, and is gone', async (_, does, reason) => {
  // Only the one that hangs is waited for in vain. A busy machine must not make the others silent, nor
  // any that has yet to start.
  const limits = { silenceMs: does === busy ? 5_000 : 30_000, memoryMiB: 300 };
  const agents = new CommandAgents(agentThat(does), { harness: 'test', limits });
  try {
    const first = simulate(scenario, { agents: agentsBy(agents.make) });
    expect(first.end).toMatchObject({ kind: 'inconclusive' });
    expect(agents.endRun()?.message).toMatch(reason);
    // The next run has a process of its own.
    expect(agents.hello()).toMatchObject({ ok: true, value: { name: 'bad' } });
  } finally {
    await agents.close();
  }
});

test('a command that is not there gives a reason', async () => {
  const agents = new CommandAgents(['/nowhere/agent'], { harness: 'test' });
  expect(agents.hello()).toMatchObject({ ok: false, error: { kind: 'notStarted' } });
  await agents.close();
});

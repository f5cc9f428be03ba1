import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ciliumReleases } from '../../model/release.ts';
import { loadScenario } from '../../scenarios/index.ts';
import {
  agentsBy,
  jsonLines,
  type Scenario,
  simulate,
  type SimulateOptions,
} from '../../sim/index.ts';
import { CommandAgents } from './index.ts';
import { CompiledPackage } from './test-support/compiled.ts';

let compiled: CompiledPackage;

beforeAll(() => {
  compiled = new CompiledPackage();
}, 120_000);

afterAll(() => {
  compiled.remove();
});

/** Every event of a run, as the trace file has it. */
function traceOf(scenario: Scenario, options: SimulateOptions = {}): readonly string[] {
  const lines: string[] = [];
  const run = simulate(scenario, {
    ...options,
    observe: (trace) => {
      trace.observeAll(jsonLines(trace, (line) => lines.push(line)));
    },
  });
  return [...lines, run.digest];
}

/** Rotation with tunnels and both families; restarts and a reboot; a crash in the middle. */
const texts = {
  tunnel: `
procedure: [{ wait: 10s }, { rotate: east }, { wait: 8m }]
faults:
  - { at: 30s, restartAgent: { nodes: east/n1, downtime: 5s } }
  - { at: 70s, reboot: { nodes: east/n2, downtime: 20s } }
  - { at: 2m, crashAgent: { nodes: east/n3, downtime: 1s } }
  - { at: 3m, failOperation: { nodes: east/n1, operation: xfrmStateAdd, errno: ENOMEM, times: 2 } }
  - { at: 4m, leave: { nodes: east/n3 } }
`,
  keyThatTheKernelRefuses: `
procedure:
  - { wait: 10s }
  - { writeSecret: { cluster: east, text: 4+ rfc4106(gcm(aes)) 00 128 } }
  - { wait: 3m }
`,
  crashWhileInstalling: `
delays: { install: 2s }
procedure: [{ wait: 10s }, { rotate: east }, { wait: 8m }]
faults:
  - { at: 65s, crashAgent: { nodes: east/n1, downtime: 2s } }
`,
};

function scenarioOf(release: string, text: string): Scenario {
  const head = `
title: over the wire
clusters:
  - { name: east, nodes: 3, release: ${release}, settings: { ipsec-key-rotation-duration: 3m } }
`;
  const loaded = loadScenario(head + text, { file: 'wire.yaml' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

describe.each(ciliumReleases)('%s over the wire', (release) => {
  test('gives byte for byte the trace that it gives in the process', async () => {
    const agents = new CommandAgents(compiled.keyturn('agent', 'serve', '--release', release), {
      harness: 'test',
    });
    try {
      for (const text of Object.values(texts)) {
        const scenario = scenarioOf(release, text);
        const remote = traceOf(scenario, { agents: agentsBy(agents.make) });
        expect(agents.endRun()).toBeUndefined();
        expect(remote.length).toBeGreaterThan(1000);
        expect(remote).toEqual(traceOf(scenario));
      }
    } finally {
      await agents.close();
    }
  });
});

import { minute, second } from '../../model/time.ts';
import { type Rehearsal, rehearse } from '../../properties/index.ts';
import {
  constant,
  delayAt,
  rotateAtOneMinute,
  smallScenario,
} from '../../properties/test-support/scenario.ts';
import type { Scenario } from '../../sim/index.ts';

/** Three dual-stack nodes, and a secret that reaches each of them within a minute. */
export const healthy: Scenario = {
  ...smallScenario({
    families: [4, 6],
    delays: { secretSync: { kind: 'uniform', minimum: 0, maximum: minute } },
    procedure: rotateAtOneMinute,
    expect: {
      verdict: 'safe',
      keysInUse: [{ at: 4 * minute, nodes: { kind: 'all' }, count: 16 }],
    },
  }),
  title: 'A healthy rotation',
};

/** The third node gets the secret 3 minutes after its peers may have removed the old key. */
export const slowNode: Scenario = {
  ...smallScenario({
    delays: { secretSync: { kind: 'uniform', minimum: 0, maximum: 10 * second } },
    delayOverrides: [delayAt('n3', 'secretSync', constant(8 * minute))],
    expect: { verdict: 'unsafe' },
  }),
  title: 'A slow node',
};

export const healthyRun: Rehearsal = rehearse(healthy);
export const slowNodeRun: Rehearsal = rehearse(slowNode);

/** What changes with every change of the simulator says nothing about how a report looks. */
export function withoutDigest(report: string): string {
  return report
    .replace(/^(digest {3})[0-9a-f]{16}/m, '$1<digest>')
    .replace(/\([\d,]+ events/, '(<count> events');
}

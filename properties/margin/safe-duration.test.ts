import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assert, defined } from '../../model/assert.ts';
import { minute, type Microseconds } from '../../model/time.ts';
import type { Scenario } from '../../sim/index.ts';
import { rehearse } from '../rehearse.ts';
import { followProcedure } from './key-writes.ts';
import { Level, worstLuck } from './level.ts';
import { meshNodes } from './mesh-nodes.ts';
import { type Binding, safeDuration } from './safe-duration.ts';
import { meshes } from './test-support/meshes.ts';
import { worstCase, type WorstCase } from './test-support/worst-case.ts';

/** `KEYTURN_CASES=10000` for the campaign. */
const cases = Number(process.env['KEYTURN_CASES'] ?? 150);
const timeout = Math.max(60_000, cases * 500);

function bindingOf(scenario: Scenario): Binding {
  const nodes = meshNodes(scenario);
  const procedure = followProcedure(scenario, nodes);
  const [rotation] = procedure.rotations;
  const level = new Level(worstLuck);
  return defined(
    safeDuration({
      scenario,
      nodes,
      procedure,
      rotation: defined(rotation, 'a rotation'),
      level,
    }).bindings[0],
    'a pair',
  );
}

/** How long after the tick the last of the old states of the pair goes, that would have served it. */
function judge({ scenario, keeper, other, reclaimedAt }: WorstCase) {
  let deletedAt = reclaimedAt;
  const rehearsal = rehearse(scenario, {
    observe: (trace) => {
      const place = (node: { clusterName: string; shortName: string }): number =>
        trace.names.nodes.indexOf(`${node.clusterName}/${node.shortName}`);
      const [keeping, peer] = [place(keeper), place(other)];
      trace.observe('stateDeleted', (at, node, of, spi) => {
        if (node === keeping && of === peer && spi === 3) deletedAt = Math.max(deletedAt, at);
      });
    },
  });
  return { verdict: rehearsal.verdict, slack: deletedAt - reclaimedAt };
}

it(
  'is what the simulator needs and what packets need, to the microsecond',
  () => {
    let exact = 0;
    let tried = 0;
    fc.assert(
      fc.property(meshes, (scenario) => {
        const binding = bindingOf(scenario);
        const { needed } = binding;
        fc.pre(needed > 0);
        const nodes = meshNodes(scenario);
        const at = (duration: Microseconds) => judge(worstCase(scenario, nodes, binding, duration));
        const enough = at(needed);
        const { verdict } = enough;
        assert(verdict.kind !== 'inconclusive' && verdict.margin !== undefined, verdict.kind);
        // Whoever announces before it has installed may lose packets, however long it keeps keys.
        fc.pre(verdict.margin.rule !== 'receiverReady' || verdict.margin.smallest >= 0);
        expect(verdict.margin.neededRotationDuration).toBe(needed);
        expect(verdict).toMatchObject({ kind: 'safe', margin: { smallest: 0 } });
        // A deletion that takes its time may be of the instant of the packet, and then comes second.
        const less = enough.slack === 0 ? 1 : enough.slack + 2;
        fc.pre(needed >= less);
        const tooLittle = at(needed - less);
        expect(tooLittle.verdict).toMatchObject({ kind: 'unsafe', margin: { smallest: -less } });
        tried += 1;
        if (enough.slack === 0) exact += 1;
      }),
      { numRuns: cases, endOnFailure: true },
    );
    // Where deleting a state takes time, the key lives on for as long as its turn has not come.
    expect(exact).toBeGreaterThan(tried / 2);
  },
  timeout,
);

it(
  'is not exceeded by what is drawn',
  () => {
    fc.assert(
      fc.property(meshes, (scenario) => {
        const { needed } = bindingOf(scenario);
        const { verdict } = rehearse({
          ...scenario,
          procedure: [...scenario.procedure, { kind: 'wait', duration: needed + 20 * minute }],
        });
        assert(verdict.kind !== 'inconclusive' && verdict.margin !== undefined, verdict.kind);
        expect(verdict.margin.neededRotationDuration ?? Infinity).toBeLessThanOrEqual(
          Math.max(0, needed),
        );
      }),
      { numRuns: cases },
    );
  },
  timeout,
);

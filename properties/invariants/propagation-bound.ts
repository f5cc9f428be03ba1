import { agentProfiles } from '../../model/agent/index.ts';
import { minute, type Microseconds, second } from '../../model/time.ts';
import {
  type Delay,
  type LocalDelay,
  maximumOf,
  minimumOf,
  type Scenario,
} from '../../sim/index.ts';

/**
 * How long after its own load of a key a node may still meet the old one: the largest left-hand side
 * of the rotation law, from the largest and smallest values of all delays, less the load. A bound
 * from above: faults that hold something up count with all of their duration.
 */
export function propagationBound(scenario: Scenario): Microseconds {
  const spread =
    largest(scenario, 'publish') +
    largest(scenario, 'watch') +
    (scenario.clusters.length > 1 ? largest(scenario, 'mesh') : 0);
  const loads =
    largest(scenario, 'secretSync') +
    largest(scenario, 'load') -
    smallest(scenario, 'secretSync') -
    smallest(scenario, 'load');
  return (
    loads +
    installTime(scenario) +
    spread +
    endpointTime(scenario) +
    largest(scenario, 'latency') +
    heldUp(scenario) +
    1
  );
}

/** All states of one key on one node: one operation at a time. */
function installTime(scenario: Scenario): Microseconds {
  const nodes = scenario.clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  const slowest = scenario.faults.reduce(
    (factor, { fault }) => (fault.kind === 'slowNode' ? factor * fault.factor : factor),
    1,
  );
  const statesPerPeer = 6; // IN and OUT for each family, and the overlay's
  return nodes * statesPerPeer * largest(scenario, 'install') * slowest;
}

/** A pod's record follows its node's at its controller's next beat (cilium: 10 s, kvstore 5 min). */
function endpointTime(scenario: Scenario): Microseconds {
  const times = scenario.clusters.map(({ release, registry }) => {
    if (agentProfiles[release].datapath.peerKeyIdFrom === 'nodeMap') return 0;
    return registry === 'crd' ? 10 * second : 5 * minute;
  });
  return Math.max(...times);
}

function heldUp({ faults }: Scenario): Microseconds {
  return faults.reduce((sum, { fault }) => {
    switch (fault.kind) {
      case 'pauseAgent':
      case 'partition':
        return sum + fault.duration;
      case 'delayLink':
        return sum + fault.extra;
      default:
        return sum;
    }
  }, 0);
}

function valuesOf(scenario: Scenario, delay: LocalDelay): readonly Delay[] {
  const overrides = scenario.delayOverrides.filter((one) => one.delay === delay);
  return [scenario.delays[delay], ...overrides.map(({ value }) => value)];
}

function largest(scenario: Scenario, delay: LocalDelay): Microseconds {
  return Math.max(...valuesOf(scenario, delay).map(maximumOf));
}

function smallest(scenario: Scenario, delay: LocalDelay): Microseconds {
  return Math.min(...valuesOf(scenario, delay).map(minimumOf));
}

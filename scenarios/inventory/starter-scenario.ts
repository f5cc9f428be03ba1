import { stringify } from 'yaml';
import { minute, type Microseconds, second } from '../../model/time.ts';
import { formatDuration } from '../duration.ts';
import { defined } from '../../model/assert.ts';
import { parseGoDuration } from './go-duration.ts';
import { enabledFamilies, type Inventory } from './inventory.ts';

/** A cluster of the scenario: its facts, and the file's path as the scenario is to name it. */
export interface StarterCluster {
  readonly inventory: Inventory;
  readonly inventoryFile: string;
}

/** The operator watches the mesh for so long before the rotation. */
const lookBefore: Microseconds = 2 * minute;
/** And for so long after the old keys may go: a file may reach a pod late, and reclaiming ticks. */
const lookAfter: Microseconds = 5 * minute;
/** Enough probes to see a second's loss on every pair, few enough to walk each as a packet. */
const mostProbes = 2_000_000;

/**
 * The text of a scenario that rotates the key of all clusters at once: a start to work from, with
 * the assumptions to replace marked. Its path to each inventory counts from where it is saved.
 */
export function starterScenario(clusters: readonly StarterCluster[]): string {
  const names = clusters.map(({ inventory }) => inventory.cluster.name);
  const keptLongest = Math.max(...clusters.map(({ inventory }) => rotationDuration(inventory)));
  return [
    title(clusters, names),
    clusterList(clusters),
    delayList(clusters.length > 1),
    traffic(clusters, lookBefore + keptLongest + lookAfter),
    procedure(names, keptLongest),
  ].join('\n');
}

function rotationDuration({ settings }: Inventory): Microseconds {
  const text = settings['ipsec-key-rotation-duration'];
  return defined(parseGoDuration(text), 'the rotation duration of an inventory');
}

function title(clusters: readonly StarterCluster[], names: readonly string[]): string {
  const nodes = clusters.reduce((sum, { inventory }) => sum + inventory.nodes.length, 0);
  const text = `A key rotation in ${names.join(', ')}: ${nodes} nodes`;
  return stringify(
    {
      title: text,
      seed: 1,
    },
    { lineWidth: 0 },
  );
}

/** The secret is left to the loader: an example key under the key ID that the nodes advertise. */
function clusterList(clusters: readonly StarterCluster[]): string {
  const list = clusters.map(({ inventory, inventoryFile }) => ({
    name: inventory.cluster.name,
    inventory: inventoryFile,
  }));
  return stringify({ clusters: list }, { lineWidth: 0 });
}

function delayList(isMesh: boolean): string {
  return `# Measure these: a verdict is worth as much as its delays.
delays:
  secretSync: kubelet # from writing the secret to the new file in the pod: the kubelet's sync
  load: 100ms # from the new file to the agent reading it
  install: 200us # for each XFRM state
  publish: 100ms # from an agent to its registry
  watch: uniform(10ms, 200ms) # from the registry to a peer
${isMesh ? "  mesh: 1s # from one cluster's registry to the other clusters\n" : ''}  latency: 1ms # a packet in flight
`;
}

function traffic(clusters: readonly StarterCluster[], lasting: Microseconds): string {
  const nodes = clusters.reduce((sum, { inventory }) => sum + inventory.nodes.length, 0);
  const families = Math.max(
    ...clusters.map(({ inventory }) => enabledFamilies(inventory.settings).length),
  );
  const pairs = nodes * (nodes - 1) * families;
  const seconds = Math.max(1, Math.ceil((pairs * (lasting / second)) / mostProbes));
  const every = formatDuration(seconds * second);
  return `# Every pod to every pod; less often the more pairs there are.
traffic:
  - every: ${every}
`;
}

function procedure(names: readonly string[], keptLongest: Microseconds): string {
  const after = formatDuration(keptLongest + lookAfter);
  return `procedure:
  - wait: ${formatDuration(lookBefore)}
  - rotate: [${names.join(', ')}]
  - wait: ${after} # ipsec-key-rotation-duration, and ${formatDuration(lookAfter)} more

expect:
  verdict: safe
`;
}

import { agentChart } from '../../model/agent/index.ts';
import type { Chart } from '../../model/chart.ts';
import {
  kubeletVolumeChart,
  nodeChart,
  rotationChart,
  secretStoreChart,
} from '../../model/cluster/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Trace } from '../../sim/index.ts';

/** A chart of one thing, a node or a cluster by its number, that goes over to another state. */
export interface ChartChange {
  readonly at: Microseconds;
  /** The chart's name. */
  readonly chart: string;
  readonly of: number;
  readonly state: string;
}

/** How far a chart has come for each thing. */
class Followed {
  readonly #chart: Chart;
  readonly #states: string[];
  readonly #changes: ChartChange[];

  constructor(chart: Chart, count: number, changes: ChartChange[]) {
    this.#chart = chart;
    this.#states = Array.from({ length: count }, () => chart.initial);
    this.#changes = changes;
  }

  stateOf(of: number): string {
    return this.#states[of] ?? this.#chart.initial;
  }

  /** Steps the chart, where it accepts the event: a trace does not tell all that happens. */
  step(at: Microseconds, of: number, event: string): void {
    const state = this.stateOf(of);
    if (this.#chart.accepts(state, event)) this.go(at, of, this.#chart.step(state, event).next);
  }

  go(at: Microseconds, of: number, state: string): void {
    if (state === this.stateOf(of)) return;
    this.#states[of] = state;
    this.#changes.push({ at, chart: this.#chart.name, of, state });
  }
}

/**
 * The states of the charts that a trace tells enough of: of each cluster's rotation and secret, of
 * each node, its volume and its agent. What lasts no time, such as the agent's `loading`, is there
 * too; of several changes at one instant the last one stays.
 */
export class ChartStates {
  readonly changes: ChartChange[] = [];
  readonly #trace: Trace;
  readonly #clusterOf: readonly number[];

  constructor(trace: Trace) {
    const { nodes, clusters } = trace.names;
    this.#trace = trace;
    this.#clusterOf = nodes.map((name) => clusters.indexOf(name.split('/')[0] ?? ''));
    this.#watchClusters(clusters.length);
    const volumes = new Followed(kubeletVolumeChart, nodes.length, this.changes);
    this.#watchVolumes(volumes);
    this.#watchAgents(new Followed(agentChart, nodes.length, this.changes));
  }

  #watchClusters(count: number): void {
    const trace = this.#trace;
    const rotations = new Followed(rotationChart, count, this.changes);
    const stores = new Followed(secretStoreChart, count, this.changes);
    for (let cluster = 0; cluster < count; cluster += 1) stores.step(0, cluster, 'WRITE');
    trace.observe('rotationChanged', (at, cluster, state) => {
      rotations.go(at, cluster, String(trace.meaning('text', state)));
    });
    trace.observe('secretWritten', (at, cluster) => {
      stores.step(at, cluster, 'WRITE');
    });
    trace.observe('secretDeleted', (at, cluster) => {
      stores.step(at, cluster, 'DELETE');
    });
  }

  #watchVolumes(volumes: Followed): void {
    const trace = this.#trace;
    const all = (at: Microseconds, cluster: number, event: string): void => {
      for (const [node, its] of this.#clusterOf.entries()) {
        if (its === cluster) volumes.step(at, node, event);
      }
    };
    trace.observe('secretWritten', (at, cluster) => {
      all(at, cluster, 'SECRET_CHANGED');
    });
    trace.observe('secretDeleted', (at, cluster) => {
      all(at, cluster, 'SECRET_DELETED');
    });
    trace.observe('volumeUpdated', (at, node) => {
      volumes.step(at, node, 'SYNCED');
    });
    // A new pod has a volume of its own, with the secret as it is then.
    trace.observe('agentStarted', (at, node) => {
      volumes.step(at, node, 'REMOUNTED');
    });
    trace.observe('agentStopped', (at, node) => {
      volumes.step(at, node, 'UNMOUNTED');
    });
  }

  #watchAgents(agents: Followed): void {
    const trace = this.#trace;
    const nodes = new Followed(nodeChart, trace.names.nodes.length, this.changes);
    trace.observe('agentStarted', (at, node) => {
      if (nodes.stateOf(node) === nodeChart.initial) nodes.go(at, node, 'running');
      agents.step(at, node, 'START');
    });
    trace.observe('nodeChanged', (at, node, state) => {
      nodes.go(at, node, String(trace.meaning('text', state)));
    });
    trace.observe('keyLoaded', (at, node) => {
      agents.step(at, node, 'KEY_FILE');
      agents.step(at, node, 'KEY_LOADED');
    });
    trace.observe('encryptMapSet', (at, node) => {
      agents.step(at, node, 'INSTALLED');
    });
    trace.observe('agentExited', (at, node) => {
      agents.step(at, node, 'KEY_REJECTED');
      agents.step(at, node, 'ENCRYPT_MAP_REFUSED');
    });
    trace.observe('agentStopped', (at, node) => {
      agents.step(at, node, 'STOP');
    });
  }
}

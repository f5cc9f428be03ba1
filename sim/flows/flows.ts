import { agentProfiles } from '../../model/agent/index.ts';
import { type Result, success } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import { DelayTable } from '../delay-table.ts';
import { maximumOf } from '../draw-delay.ts';
import type { ClusterPlan, Scenario, TrafficPlan } from '../scenario.ts';
import { selects } from '../selector.ts';
import {
  type ControlPlane,
  controlPlane,
  type FlowNode,
  placeOfState,
  statesPerPeer,
} from './control-plane.ts';
import { flowCounters, LossIntervals } from './loss-intervals.ts';

/** What a rotation does to every pair, without a packet being sent. */
export interface Flows {
  readonly control: ControlPlane;
  /** When packets are lost, by pair, family and counter. */
  readonly intervals: LossIntervals;
  /** By counter of {@link flowCounters}, by node: how many of the scenario's probes it drops. */
  readonly counters: readonly Float64Array[];
  /** The first probe that is lost, by when it is lost; undefined for none. */
  readonly firstLossAt: Microseconds | undefined;
}

const inNoStates = flowCounters.indexOf('XfrmInNoStates');
const outNoStates = flowCounters.indexOf('XfrmOutNoStates');
const outPolBlock = flowCounters.indexOf('XfrmOutPolBlock');

/**
 * The interval data plane: between two events of the control plane the outcome of a pair cannot
 * change, so what is lost follows from instants. A node's states are taken to be added and deleted
 * in the order of its peers' places; a real agent walks a Go map, whose order is random.
 * Fails with the reason where the scenario is more than a rotation that nothing disturbs.
 */
export function flowsOf(scenario: Scenario): Result<Flows, string> {
  const control = controlPlane(scenario);
  if (!control.ok) return control;
  const pairs = new Pairs(scenario, control.value);
  pairs.visitAll();
  return success(pairs.result());
}

/** One line of traffic, with the nodes at its ends marked. */
interface Line {
  readonly plan: TrafficPlan;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly until: Microseconds;
}

class Pairs {
  readonly #scenario: Scenario;
  readonly #control: ControlPlane;
  readonly #table: DelayTable;
  readonly #latency: Microseconds | undefined;
  readonly #lines: readonly Line[];
  readonly #intervals = new LossIntervals();
  readonly #counters: readonly Float64Array[];
  #firstLossAt = Number.POSITIVE_INFINITY;

  constructor(scenario: Scenario, control: ControlPlane) {
    const { nodes, endsAt } = control;
    this.#scenario = scenario;
    this.#control = control;
    this.#table = new DelayTable(scenario);
    const varies = scenario.delayOverrides.some(({ delay }) => delay === 'latency');
    this.#latency = varies ? undefined : maximumOf(scenario.delays.latency);
    this.#lines = scenario.traffic.map((plan) => ({
      plan,
      from: Uint8Array.from(nodes, (node) => (selects(plan.from, node) ? 1 : 0)),
      to: Uint8Array.from(nodes, (node) => (selects(plan.to, node) ? 1 : 0)),
      until: Math.min(endsAt, plan.stopsAt ?? endsAt),
    }));
    this.#counters = flowCounters.map(() => new Float64Array(nodes.length));
  }

  visitAll(): void {
    const { nodes } = this.#control;
    // The same ones in all clusters: others are refused.
    const { families } = this.#planOf(0).settings;
    for (let sender = 0; sender < nodes.length; sender += 1) {
      for (let receiver = 0; receiver < nodes.length; receiver += 1) {
        if (sender === receiver) continue;
        const switched = this.#switch(sender, receiver);
        for (const family of families) this.#visit(sender, receiver, family, switched);
      }
    }
  }

  #node(place: number): FlowNode {
    return this.#control.nodes[place] as FlowNode;
  }

  #planOf(node: number): ClusterPlan {
    return this.#scenario.clusters[this.#node(node).cluster] as ClusterPlan;
  }

  /** When the sender uses the new key: its own install is done, and it knows of the receiver's. */
  #switch(sender: number, receiver: number): Microseconds {
    const { installed, nodeViews, podViews, watch } = this.#control;
    const { datapath } = agentProfiles[this.#planOf(sender).release];
    const perPod = datapath.peerKeyIdFrom === 'endpoint';
    const views = (perPod ? podViews : nodeViews)[this.#node(sender).cluster] as Float64Array;
    const seen = views[receiver] as number;
    return Math.max(installed[sender] as number, seen + watch(sender, receiver, perPod));
  }

  #visit(sender: number, receiver: number, family: 4 | 6, switched: Microseconds): void {
    const { loaded, reclaimed, install, nodes } = this.#control;
    const latency = this.#latencyOf(sender, receiver);
    const peers = nodes.length - 1;
    const from = this.#planOf(sender);
    const to = this.#planOf(receiver);
    // The peer's place among all others, and that of its state among the peer's.
    const out = placeIn(sender, receiver) * statesPerPeer(from) + placeOfState(from, family);
    const into = placeIn(receiver, sender) * statesPerPeer(to) + placeOfState(to, family) + 1;
    const sends = install[sender] as number;
    const receives = install[receiver] as number;
    const outGone = (reclaimed[sender] as number) + out * sends;
    const policyGone = (reclaimed[sender] as number) + peers * statesPerPeer(from) * sends;
    const inGone = (reclaimed[receiver] as number) + into * receives;
    const inThere = (loaded[receiver] as number) + into * receives;
    this.#lose(sender, receiver, family, outNoStates, outGone, Math.min(policyGone, switched));
    this.#lose(sender, receiver, family, outPolBlock, policyGone, switched);
    this.#lose(sender, receiver, family, inNoStates, inGone - latency, Math.min(outGone, switched));
    this.#lose(sender, receiver, family, inNoStates, switched, inThere - latency);
  }

  #latencyOf(sender: number, receiver: number): Microseconds {
    if (this.#latency !== undefined) return this.#latency;
    return maximumOf(this.#table.of('latency', this.#node(sender), this.#node(receiver)));
  }

  // See LossIntervals.add.
  // eslint-disable-next-line max-params
  #lose(
    sender: number,
    receiver: number,
    family: 4 | 6,
    counter: number,
    start: Microseconds,
    end: Microseconds,
  ): void {
    const from = Math.max(0, start);
    if (from >= end || from >= this.#control.endsAt) return;
    this.#intervals.add(sender, receiver, family, counter, from, end);
    const counted = this.#counters[counter] as Float64Array;
    const at = counter === inNoStates ? receiver : sender;
    for (const line of this.#lines) {
      if (line.from[sender] === 0 || line.to[receiver] === 0) continue;
      if (!line.plan.families.includes(family)) continue;
      const first = nextBeat(line.plan, from);
      const until = Math.min(end, line.until);
      if (first >= until) continue;
      const packets = Math.ceil((until - first) / line.plan.every);
      counted[at] = (counted[at] as number) + packets;
      const lostAt = counter === inNoStates ? first + this.#latencyOf(sender, receiver) : first;
      this.#firstLossAt = Math.min(this.#firstLossAt, lostAt);
    }
  }

  result(): Flows {
    const lost = Number.isFinite(this.#firstLossAt);
    return {
      control: this.#control,
      intervals: this.#intervals,
      counters: this.#counters,
      firstLossAt: lost ? this.#firstLossAt : undefined,
    };
  }
}

/** The place of a peer among a node's peers. */
function placeIn(node: number, peer: number): number {
  return peer < node ? peer : peer - 1;
}

function nextBeat({ startsAt, every }: TrafficPlan, from: Microseconds): Microseconds {
  return startsAt + Math.max(0, Math.ceil((from - startsAt) / every)) * every;
}

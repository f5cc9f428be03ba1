import type { Family } from '../model/address.ts';
import { second, type Microseconds } from '../model/time.ts';
import {
  type AgentFactory,
  commonFamilies,
  type PacketFate,
  packetFates,
  type Remedy,
  type Run,
  type Scenario,
  simulate,
  type SimulateOptions,
  type Trace,
} from '../sim/index.ts';
import { type Deviation, deviations } from './expectation.ts';
import { LogWatch } from './log-watch.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import { RecordWatch } from './record-watch.ts';
import { SequenceWatch } from './sequence-watch.ts';

/** How long it is looked whether all is well, and how often each pod then probes each other one. */
export const probeDuration: Microseconds = 60 * second;
export const probeInterval: Microseconds = second;

/** What became of a scenario's remedy. */
export interface Healing {
  /** The procedure and the remedy together, up to the end of the probes. */
  readonly run: Run;
  /** Where all is not well after the remedy, or not as the scenario expects; empty where healed. */
  readonly deviations: readonly Deviation[];
}

/**
 * Runs a scenario with its remedy after its procedure, and then looks for a minute. All is well if in
 * that minute no packet of the whole mesh meets any fate but delivery, so that no counter moves and
 * nothing leaves unencrypted, and if every ordered pair of nodes that are members then has packets
 * delivered in every family that all clusters have. Undefined for a scenario without a remedy to run.
 */
export function heal(
  scenario: Scenario,
  options: { readonly agents?: AgentFactory } = {},
): Healing | undefined {
  const { remedy } = scenario;
  if (remedy === undefined) return undefined;
  const acts = [...scenario.procedure, ...remedy.procedure];
  const probe = { kind: 'probe', every: probeInterval, duration: probeDuration } as const;
  const watches: Watches[] = [];
  const run = simulate(
    { ...scenario, procedure: [...acts, probe] },
    {
      ...options,
      observe: (trace) => {
        watches.push(watch(scenario, remedy, trace, acts.length));
      },
    },
  );
  const [watched] = watches;
  if (watched === undefined) return { run, deviations: [unfinished('nothing was observed')] };
  if (run.end.kind === 'inconclusive') return { run, deviations: [unfinished(run.end.reason)] };
  const families = commonFamilies(scenario.clusters);
  const found = [
    ...watched.window.deviations(families),
    ...deviations(remedy.expect, { ...watched, run }, undefined),
  ];
  return {
    run,
    deviations: found.map(({ what, ...texts }) => ({ what: `remedy: ${what}`, ...texts })),
  };
}

/** Rehearses a scenario, and its remedy too where it has one: all deviations of both. */
export function rehearseAndHeal(scenario: Scenario, options: SimulateOptions = {}): Rehearsal {
  const rehearsal = rehearse(scenario, options);
  const healing = heal(scenario, options.agents === undefined ? {} : { agents: options.agents });
  if (healing === undefined) return rehearsal;
  return { ...rehearsal, deviations: [...rehearsal.deviations, ...healing.deviations] };
}

function unfinished(reason: string): Deviation {
  return { what: 'remedy', expected: 'carried out to its end', found: reason };
}

interface Watches {
  readonly window: ProbeWindow;
  readonly logs: LogWatch;
  readonly records: RecordWatch;
  readonly sequences: SequenceWatch;
}

function watch(scenario: Scenario, remedy: Remedy, trace: Trace, steps: number): Watches {
  const instants = remedy.expect.maxSequenceNumber.map(({ at }) => at);
  return {
    window: new ProbeWindow(scenario, trace, steps),
    logs: new LogWatch(trace),
    records: new RecordWatch(trace),
    sequences: new SequenceWatch(trace, instants),
  };
}

/** What packets meet once so many steps of the procedure are done. */
class ProbeWindow {
  readonly #trace: Trace;
  /** By place in the trace: whether the node is of its cluster now, be it up or down. */
  readonly #isMember: boolean[];
  #isOpen = false;
  /** By ordered pair and family, by fate. */
  readonly #fates = new Map<string, Map<PacketFate, number>>();

  constructor(scenario: Scenario, trace: Trace, steps: number) {
    this.#trace = trace;
    this.#isMember = scenario.clusters.flatMap(({ nodes }) => nodes.map(({ present }) => present));
    this.#isOpen = steps === 0;
    trace.observe('stepDone', (_at, step) => {
      if (step === steps) this.#isOpen = true;
    });
    trace.observe('nodeChanged', (_at, node, state) => {
      const name = trace.meaning('text', state);
      this.#isMember[node] = name !== 'absent' && name !== 'gone';
    });
    // eslint-disable-next-line max-params
    trace.observe('packetFate', (_at, sender, receiver, family, _spi, _sequence, fate) => {
      if (!this.#isOpen) return;
      const flow = this.#flow(sender, receiver, family);
      const fates = this.#fates.get(flow) ?? new Map<PacketFate, number>();
      const name = packetFates[fate] as PacketFate;
      this.#fates.set(flow, fates.set(name, (fates.get(name) ?? 0) + 1));
    });
  }

  deviations(families: readonly Family[]): readonly Deviation[] {
    const silent = this.#flowsWanted(families).filter((flow) => !this.#fates.has(flow));
    return [
      ...silent.map((flow) => deviation(flow, 'none sent')),
      ...[...this.#fates].flatMap(([flow, fates]) => {
        const isWell = fates.size === 1 && fates.has('delivered');
        return isWell ? [] : [deviation(flow, fatesText(fates))];
      }),
    ];
  }

  #flowsWanted(families: readonly Family[]): readonly string[] {
    const members = [...this.#isMember.keys()].filter((node) => this.#isMember[node] === true);
    return members.flatMap((sender) =>
      members
        .filter((receiver) => receiver !== sender)
        .flatMap((receiver) => families.map((family) => this.#flow(sender, receiver, family))),
    );
  }

  #flow(sender: number, receiver: number, family: number): string {
    const { nodes } = this.#trace.names;
    return `${nodes[sender] ?? ''} to ${nodes[receiver] ?? ''}, IPv${family}`;
  }
}

function deviation(flow: string, found: string): Deviation {
  return { what: `packets from ${flow}`, expected: 'all delivered', found };
}

function fatesText(fates: ReadonlyMap<PacketFate, number>): string {
  return [...fates].map(([fate, count]) => `${count} ${fate}`).join(', ');
}

import { nodeChart, rotationChart } from '../../model/cluster/index.ts';
import type { PacketFate, TraceEvent } from '../../sim/index.ts';
import type { Invariant } from './invariant.ts';

/** Fates that faults of every campaign must bring about, or the campaign has not looked hard enough. */
const fates: readonly PacketFate[] = [
  'delivered',
  'noNodeIdAtEgress',
  'noNodeIdAtIngress',
  'nodeDown',
  'networkCut',
  'noEndpoint',
  'XfrmInError',
  'XfrmInNoStates',
  'XfrmInStateProtoError',
  'XfrmOutPolBlock',
  'XfrmOutNoStates',
  'XfrmFwdHdrError',
];

const events: readonly TraceEvent[] = [
  'agentStarted',
  'agentStopped',
  'operationFailed',
  'nodeDeleted',
  'stateDeleted',
  'policyDeleted',
  'allNodesValidated',
];

const source = 'A campaign that never gets there shows nothing about it';

function sometimes(id: string, sentence: string, watch: Invariant['watch']): Invariant {
  return { id: `sometimes-${id}`, kind: 'sometimes', sentence, source, watch };
}

const reachedFates = fates.map((fate) =>
  sometimes(`fate-${fate}`, `Some packet's fate is ${fate}.`, ({ trace }, note) => {
    trace.observeFates([fate], (at) => {
      note(at, fate);
    });
    return undefined;
  }),
);

const reachedEvents = events.map((event) =>
  sometimes(`event-${event}`, `Some run has the event ${event}.`, ({ trace }, note) => {
    trace.observeEach([event], (_event, at) => {
      if (at > 0) note(at, event);
    });
    return undefined;
  }),
);

/** Booting takes no time, so that nothing happens to a node meanwhile; and no name joins twice. */
const beyondScenarios: readonly string[] = [
  'booting-down',
  'booting-gone',
  'gone-booting',
  'running-booting',
  'down-gone',
];

/** Each transition from one state to another of the charts that the trace tells of. */
const reachedTransitions = [
  ...transitionsOf(nodeChart).map((step) => transitionReached('node', step, 'nodeChanged')),
  ...transitionsOf(rotationChart).map((step) =>
    transitionReached('rotation', step, 'rotationChanged'),
  ),
];

interface Stepped {
  readonly initial: string;
  readonly states: readonly string[];
  readonly events: readonly string[];
  accepts(state: never, event: never): boolean;
  step(state: never, event: never): { readonly next: string };
}

type Step = readonly [from: string, to: string];

function transitionsOf(chart: Stepped): readonly Step[] {
  const found = new Map<string, Step>();
  for (const state of chart.states) {
    for (const event of chart.events) {
      if (!chart.accepts(state as never, event as never)) continue;
      const { next } = chart.step(state as never, event as never);
      if (next !== state) found.set(`${state}-${next}`, [state, next]);
    }
  }
  return [...found.values()].filter(([from, to]) => !beyondScenarios.includes(`${from}-${to}`));
}

function transitionReached(
  what: string,
  [from, to]: Step,
  event: 'nodeChanged' | 'rotationChanged',
): Invariant {
  return sometimes(
    `${what}-${from}-${to}`,
    `Some ${what} goes from ${from} to ${to}.`,
    ({ trace, scenario }, note) => {
      const states = new Map<number, string>();
      const initial = (index: number): string => {
        if (what === 'rotation') return 'settled';
        const plans = scenario.clusters.flatMap(({ nodes }) => nodes);
        return plans[index]?.present === true ? 'running' : 'absent';
      };
      trace.observe(event, (at, index, text) => {
        const state = String(trace.meaning('text', text));
        if (at > 0 && (states.get(index) ?? initial(index)) === from && state === to)
          note(at, state);
        states.set(index, state);
      });
      return undefined;
    },
  );
}

const boundaries: readonly Invariant[] = [
  sometimes('wrap', 'Some node moves from key 15 to key 1.', ({ trace, history }, note) => {
    trace.observe('keyLoaded', (at, node, keyId) => {
      const { loads } = history.node(node);
      if (keyId === 1 && loads.some((load) => load.keyId === 15)) note(at, '15 to 1');
    });
    return undefined;
  }),
  sometimes(
    'older-key-chosen',
    'Some node that has the new key sends with the old one.',
    ({ trace, look }, note) => {
      trace.observe('packetSent', (at, sender, _receiver, _family, spi) => {
        if (spi !== look.encryptKeyId(sender)) note(at, 'the older of two');
      });
      return undefined;
    },
  ),
  sometimes(
    'tight-duration',
    'Some rotation duration is within a tenth above the bound.',
    ({ scenario, premises }, note) => {
      const { bound, isLawful } = premises;
      const kept = scenario.clusters[0]?.settings.rotationDuration ?? 0;
      if (isLawful && 10 * kept <= 11 * bound) note(0, 'just above the bound');
      return undefined;
    },
  ),
];

export const reached: readonly Invariant[] = [
  ...reachedFates,
  ...reachedEvents,
  ...reachedTransitions,
  ...boundaries,
];

import type { NodeName } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { type Fault, type NodeSelector, type Scenario, selects } from '../../sim/index.ts';
import type { History } from '../history.ts';
import { selectable } from '../selection.ts';
import type { Cause } from '../verdict.ts';

/** A fault that a scenario plans, and when it came. */
export interface ToldFault {
  readonly at: Microseconds;
  readonly fault: Fault;
}

/** What came of a scenario's faults up to an instant: a trace tells kinds, the scenario the rest. */
export function toldFaults(
  scenario: Scenario,
  { faults }: History,
  until: Microseconds,
): readonly ToldFault[] {
  const planned = [...scenario.faults];
  const acts = scenario.procedure.flatMap((step) => (step.kind === 'act' ? [step.fault] : []));
  return faults.flatMap(({ at, kind }) => {
    if (at > until) return [];
    const place = planned.findIndex((one) => one.at === at && one.fault.kind === kind);
    if (place >= 0) return planned.splice(place, 1).map(({ fault }) => ({ at, fault }));
    const act = acts.findIndex((one) => one.kind === kind);
    return act < 0 ? [] : acts.splice(act, 1).map((fault) => ({ at, fault }));
  });
}

/**
 * Whether a fault may have to do with the packets from one node to another: nodes that come and go
 * matter to all, and so do links, but for the network between others; the rest to the node that it
 * befalls.
 */
export function concerns({ fault }: ToldFault, ends: readonly [NodeName, NodeName]): boolean {
  if ('link' in fault && fault.link.kind === 'network') {
    const { from, to } = fault.link;
    return selects(from, selectable(ends[0])) && selects(to, selectable(ends[1]));
  }
  if (!('nodes' in fault) || fault.kind === 'leave' || fault.kind === 'replace') return true;
  return ends.some((end) => selects(fault.nodes, selectable(end)));
}

/** Whether one of these faults came over a node, at the instant if one is given. */
export function befell(
  faults: readonly ToldFault[],
  kind: Fault['kind'],
  node: NodeName,
  instant?: Microseconds,
): boolean {
  return faults.some(
    ({ at, fault }) =>
      fault.kind === kind &&
      'nodes' in fault &&
      selects(fault.nodes, selectable(node)) &&
      (instant === undefined || at === instant),
  );
}

/** What faults do that the history of a node does not tell by itself, said of the node. */
const faultTexts: Readonly<Partial<Record<Fault['kind'], string>>> = {
  leave: 'is removed',
  replace: 'is replaced by another node with its addresses',
  pauseAgent: 'has its agent stand still',
  slowNode: 'is slow from now on',
  deletePods: 'has its pods deleted',
  memoryPressure: 'is short of memory',
  asyncCrypto: 'has packets wait in a crypto engine',
  setSequenceNumber: 'has the sequence numbers of its output states set',
  addXfrmPolicy: 'has an XFRM policy added by hand',
};

export function faultCauses(faults: readonly ToldFault[]): readonly Cause[] {
  return faults.flatMap(({ at, fault }) => {
    const text = textOf(fault);
    return text === undefined ? [] : [{ at, ...placed(text, selectorOf(fault)) }];
  });
}

function textOf(fault: Fault): string | undefined {
  switch (fault.kind) {
    case 'failOperation':
      return `has ${fault.operation} fail: ${fault.errno}, ${fault.times} times`;
    case 'deleteXfrmStates':
      return `has its XFRM states deleted by hand, direction ${fault.direction}`;
    case 'deleteXfrmPolicies':
      return `has its XFRM policies deleted by hand, direction ${fault.direction}`;
    case 'partition':
      return `has its ${fault.link.kind} link cut`;
    case 'delayLink':
      return `has its ${fault.link.kind} link slowed down`;
    default:
      return faultTexts[fault.kind];
  }
}

function selectorOf(fault: Fault): NodeSelector {
  if ('nodes' in fault) return fault.nodes;
  const { link } = fault;
  switch (link.kind) {
    case 'mesh':
      return { kind: 'cluster', cluster: link.from };
    case 'network':
      return link.from;
    default:
      return link.nodes;
  }
}

function placed(what: string, selector: NodeSelector): Pick<Cause, 'node' | 'what'> {
  switch (selector.kind) {
    case 'all':
      return { node: undefined, what: `every node ${what}` };
    case 'cluster':
      return { node: undefined, what: `every node of ${selector.cluster} ${what}` };
    case 'node':
      return { node: `${selector.cluster}/${selector.node}` as NodeName, what };
  }
}

import type { Delay, Fault, NodeSelector } from '../../sim/index.ts';
import { spanText } from '../instant-text.ts';
import type { AddedKind, DelayName } from './place.ts';

/** What a delay is the delay of: docs/glossary.md says more. */
export const delayMeanings: Readonly<Record<DelayName, string>> = {
  secretSync: 'secret written, to new file in the pod',
  load: 'new file, to agent has read it',
  install: 'each XFRM state added or deleted',
  publish: 'node announces a key, to registry has it',
  watch: 'registry has it, to a peer knows',
  mesh: 'registry, to another cluster',
  latency: 'a packet in flight',
  reclaimInterval: 'from one look of the reclaimer to the next',
};

export const addedNames: Readonly<Record<AddedKind, string>> = {
  reboot: 'the node reboots',
  restartAgent: 'the agent restarts',
  crashAgent: 'the agent crashes',
  pauseAgent: 'the agent stands still',
  cutSecret: 'its kubelet cannot reach the API server',
  cutPublish: 'it cannot announce anything',
  cutWatch: 'it hears nothing of its peers',
  cutNetwork: 'no packet passes from or to it',
};

/** In words: `1m`, `0s to 1m`. */
export function delayText(delay: Delay | number): string {
  if (typeof delay === 'number') return spanText(delay);
  switch (delay.kind) {
    case 'constant':
      return spanText(delay.value);
    case 'uniform':
      return `${spanText(delay.minimum)} to ${spanText(delay.maximum)}`;
    case 'exponential':
      return `about ${spanText(delay.mean)}, at most ${spanText(delay.maximum)}`;
    case 'quantiles': {
      const [first, last] = [delay.points[0], delay.points.at(-1)];
      return `${spanText(first?.value ?? 0)} to ${spanText(last?.value ?? 0)}`;
    }
  }
}

/** A fault of a scenario in a few words: `reboot east/n2 for 30s`. */
export function faultText(fault: Fault): string {
  const kind = fault.kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const where =
    'nodes' in fault
      ? selectorText(fault.nodes)
      : `${fault.link.kind}${'nodes' in fault.link ? ` of ${selectorText(fault.link.nodes)}` : ''}`;
  const long = 'duration' in fault ? fault.duration : 'downtime' in fault ? fault.downtime : 0;
  return `${kind} ${where}${long > 0 ? ` for ${spanText(long)}` : ''}`;
}

function selectorText(selector: NodeSelector): string {
  switch (selector.kind) {
    case 'all':
      return 'all nodes';
    case 'cluster':
      return selector.cluster;
    case 'node':
      return `${selector.cluster}/${selector.node}`;
  }
}

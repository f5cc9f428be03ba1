import type { Prefix } from '../model/address.ts';
import { address } from '../model/address.ts';
import { unreachable } from '../model/assert.ts';
import type { PolicyConfig, XfrmState } from '../model/xfrm/index.ts';
import { noteStateDeleted } from './perform.ts';
import type { Fault } from './scenario.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** What someone does to a node's XFRM by hand, behind the agent's back. */
export type Tampering = Extract<
  Fault,
  { kind: 'setSequenceNumber' | 'deleteXfrmStates' | 'deleteXfrmPolicies' | 'addXfrmPolicy' }
>;

export function tamper(world: World, node: SimNode, fault: Tampering): void {
  node.foreignChanges += 1;
  switch (fault.kind) {
    case 'setSequenceNumber':
      for (const { destination, spi, mark } of statesOf(world, node, 'out')) {
        node.xfrm.replaceSequence({ destination, spi, mark }, { output: fault.number });
      }
      for (const peer of world.nodes) setReceived(world, { peer, sender: node }, fault.number);
      return;
    case 'deleteXfrmStates':
      for (const state of statesOf(world, node, fault.direction)) {
        node.xfrm.removeState(state);
        noteStateDeleted(world, node, state);
      }
      world.countKeys(node);
      return;
    case 'deleteXfrmPolicies':
      for (const policy of [...node.xfrm.policies()]) {
        const isMeant = policy.direction === fault.direction && policy.action === 'allow';
        if (isMeant) node.xfrm.deletePolicy(policy);
      }
      return;
    case 'addXfrmPolicy':
      for (const policy of foreignPolicies(node, fault)) node.xfrm.addPolicy(policy);
      return;
    default:
      return unreachable(fault);
  }
}

function statesOf(world: World, node: SimNode, direction: 'in' | 'out'): readonly XfrmState[] {
  const isOutgoing = ({ source }: XfrmState): boolean => world.ownerOf(source) === node.index;
  return [...node.xfrm.states()].filter((state) => isOutgoing(state) === (direction === 'out'));
}

/** What a peer has received from the sender: a window that is not with it would lose packets. */
function setReceived(
  world: World,
  { peer, sender }: { readonly peer: SimNode; readonly sender: SimNode },
  number: number,
): void {
  if (peer === sender) return;
  for (const { source, destination, spi, mark } of [...peer.xfrm.states()]) {
    if (world.ownerOf(source) !== sender.index) continue;
    peer.xfrm.replaceSequence({ destination, spi, mark }, { input: number });
  }
}

/** One for each family of the node's pods, before all that Cilium has. */
function foreignPolicies(
  node: SimNode,
  { direction, action }: Extract<Tampering, { kind: 'addXfrmPolicy' }>,
): readonly PolicyConfig[] {
  const { podCidr } = node.plan;
  return ([4, 6] as const).flatMap((family) => {
    const destination = podCidr[family];
    if (destination === undefined) return [];
    const source: Prefix = { address: address(family === 4 ? '0.0.0.0' : '::'), length: 0 };
    const selector = { source, destination };
    const mark = { value: 0, mask: 0 };
    return [{ direction, selector, mark, priority: 0, action, templates: [] }];
  });
}

import type { Loss, Scenario } from '../../sim/index.ts';
import type { Evidence, FirstLossWatch } from '../first-loss.ts';
import type { History } from '../history.ts';
import { latencyBoundsOf } from '../latency-bounds.ts';
import type { FirstLoss } from '../verdict.ts';
import { lossItself } from './causes.ts';
import { statesDisagree } from './disagreeing-states.ts';
import { concerns, faultCauses, toldFaults } from './faults.ts';
import { type Explanation, type Found, receiverOf, senderOf } from './found.ts';
import { otherLoss } from './other-losses.ts';
import { stateMissing } from './missing-state.ts';
import { unencrypted } from './unencrypted.ts';
import { unknownNode } from './unknown-node.ts';

/** Why the first packet was lost. */
export function explainFirstLoss(
  scenario: Scenario,
  parts: { readonly history: History; readonly watch: FirstLossWatch; readonly loss: Loss },
  lost: Evidence,
): FirstLoss {
  const clusters = scenario.clusters.flatMap(({ nodes }, index) => nodes.map(() => index));
  const { sender, receiver } = parts.loss;
  const all = toldFaults(scenario, parts.history, lost.at);
  const faults = all.filter((fault) => concerns(fault, [sender, receiver]));
  const explained = explain({
    lost,
    sender,
    receiver,
    history: parts.history,
    watch: parts.watch,
    latency: latencyBoundsOf(scenario)(lost.sender, lost.receiver).maximum,
    clusterOf: (node) => clusters[node] ?? 0,
    faults,
  });
  const causes = [...explained.causes, ...faultCauses(faults), lossItself(parts.loss)];
  causes.sort((one, other) => one.at - other.at);
  return { ...explained, causes, loss: parts.loss };
}

function explain(found: Found): Explanation {
  const { fate } = found.lost;
  switch (fate) {
    case 'XfrmInNoStates':
      return stateMissing(found, receiverOf(found));
    case 'XfrmOutPolBlock':
    case 'XfrmOutNoStates':
      return stateMissing(found, senderOf(found));
    case 'XfrmInStateProtoError':
    case 'XfrmInStateSeqError':
      return statesDisagree(found);
    case 'noNodeIdAtEgress':
      return unknownNode(found, senderOf(found), found.watch.learnt);
    case 'noNodeIdAtIngress':
      return unknownNode(found, receiverOf(found), found.watch.learntByReceiver);
    case 'plaintext':
      return unencrypted(found);
    default:
      return otherLoss(found, fate);
  }
}

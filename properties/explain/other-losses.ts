import type { PacketFate } from '../../sim/index.ts';
import { secretCauses, startCauses } from './causes.ts';
import { befell } from './faults.ts';
import { type Explanation, type Found, senderOf, stateOf } from './found.ts';
import type { Cause } from '../verdict.ts';

/** What has nothing to do with which key an end has. */
export function otherLoss(found: Found, fate: PacketFate): Explanation {
  return {
    causes: [
      ...secretCauses(found, found.lost.receiver),
      ...startCauses(found),
      ...(fate === 'XfrmOutStateSeqError' ? ageCause(found) : []),
    ],
    missedBy: undefined,
    remedy: remedyOf(found, fate),
  };
}

/** How long the state has been counting. */
function ageCause(found: Found): readonly Cause[] {
  const { name, state } = senderOf(found);
  const what = `begins to count, in its ${stateOf(senderOf(found), found.lost.keyId)}`;
  return [{ at: state.at, node: name, what }];
}

function remedyOf({ faults, sender, receiver }: Found, fate: PacketFate): string {
  switch (fate) {
    case 'XfrmOutStateSeqError':
      return `${sender} has used up the sequence numbers of its state towards ${receiver}: rotate the key, new states count from 1`;
    case 'XfrmInNoPols':
      return `${receiver} has no policy for what it has decrypted: restart its agent, which puts its policies back`;
    case 'XfrmInTmplMismatch':
    case 'XfrmInPolBlock':
      return befell(faults, 'addXfrmPolicy', receiver)
        ? `delete the policy that was added by hand on ${receiver} (ip xfrm policy delete), or reboot it`
        : `look at the policies of ${receiver} (ip xfrm policy): the first that fits what it has decrypted does not let it in`;
    case 'XfrmInError':
      return `give ${receiver} memory: the drops end with its shortage`;
    case 'XfrmFwdHdrError':
      return `none is needed: packets were under way to pods on ${receiver} that are deleted, and it ends with them`;
    case 'XfrmInStateInvalid':
      return `none is needed: packets were waiting for ${receiver}'s crypto engine while their state was deleted, and it ends with them`;
    default:
      return 'run with --trace and look at what happened on both nodes just before';
  }
}

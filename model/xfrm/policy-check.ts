import type { XfrmCounter } from './counters.ts';
import type { InnerPacket } from './packet.ts';
import { maximumDepth } from './policy-table.ts';
import type { XfrmPolicy } from './policy.ts';
import { stateAdmits } from './selector.ts';
import type { XfrmState } from './state.ts';
import { hasTunnelFrom, satisfiesTemplates } from './template-match.ts';

/**
 * The first part of the kernel's check of a received packet: every state that decrypted it must
 * admit, by its own selector, what came out.
 * Source: Linux 6.1, net/xfrm/xfrm_policy.c, __xfrm_policy_check.
 */
export function admittedByStates(packet: InnerPacket, secpath: readonly XfrmState[]): boolean {
  for (let i = secpath.length - 1; i >= 0; i -= 1) {
    if (!stateAdmits(secpath[i] as XfrmState, packet)) return false;
  }
  return true;
}

/** What happens where no policy matches: only traffic out of a tunnel needs one. */
export function judgeWithoutPolicy(
  blockedByDefault: boolean,
  secpath: readonly XfrmState[],
): XfrmCounter | undefined {
  return blockedByDefault || hasTunnelFrom(0, secpath) ? 'XfrmInNoPols' : undefined;
}

/** What the policy that was found says of the packet; undefined: accepted. */
export function judge(
  policy: XfrmPolicy,
  packet: InnerPacket,
  secpath: readonly XfrmState[],
): XfrmCounter | undefined {
  const { action, templates } = policy.shape;
  if (action === 'block') return 'XfrmInPolBlock';
  if (templates.length >= maximumDepth) return 'XfrmInBufferError';
  const satisfied = satisfiesTemplates(policy, secpath, packet.destination.family);
  return satisfied ? undefined : 'XfrmInTmplMismatch';
}

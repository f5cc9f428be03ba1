import type { Address, Family } from '../address.ts';
import type { Template } from './config.ts';
import type { XfrmPolicy } from './policy.ts';
import type { XfrmState } from './state.ts';

/**
 * Whether the states that decrypted a packet, outermost first, are those that a policy's templates
 * demand. Templates are taken last to first. An optional transport template is passed over; any
 * other is sought from where the previous one was found, and no tunnel state may be skipped on the
 * way or be left over at the end.
 * Source: Linux 6.1, net/xfrm/xfrm_policy.c, __xfrm_policy_check, xfrm_policy_ok.
 */
export function satisfiesTemplates(
  policy: XfrmPolicy,
  secpath: readonly XfrmState[],
  innerFamily: Family,
): boolean {
  const { templates } = policy.shape;
  let next = 0;
  for (let i = templates.length - 1; i >= 0; i -= 1) {
    next = matchFrom(
      next,
      templates[i] as Template,
      policy.templateSource(i),
      secpath,
      innerFamily,
    );
    if (next < 0) return false;
  }
  return !hasTunnelFrom(next, secpath);
}

/** Whether a tunnel state stands at this position of the secpath or after it. */
export function hasTunnelFrom(position: number, secpath: readonly XfrmState[]): boolean {
  for (let i = position; i < secpath.length; i += 1) {
    if ((secpath[i] as XfrmState).shape.mode !== 'transport') return true;
  }
  return false;
}

const mismatch = -1;

/** The position behind the state that fits, `start` if the template is passed over, or -1. */
function matchFrom(
  start: number,
  template: Template,
  source: Address | undefined,
  secpath: readonly XfrmState[],
  innerFamily: Family,
): number {
  if (template.optional && template.mode === 'transport') return start;
  for (let i = start; i < secpath.length; i += 1) {
    const state = secpath[i] as XfrmState;
    if (fits(template, source, state, innerFamily)) return i + 1;
    if (state.shape.mode !== 'transport') break;
  }
  return template.optional ? start : mismatch;
}

/** `xfrm_state_ok`: the template's destination is never compared. */
function fits(
  template: Template,
  source: Address | undefined,
  state: XfrmState,
  innerFamily: Family,
): boolean {
  return (
    (template.spi === 0 || template.spi === state.spi) &&
    (template.reqid === 0 || template.reqid === state.shape.reqid) &&
    template.mode === state.shape.mode &&
    (template.mode === 'transport' || fitsSource(source, state, innerFamily))
  );
}

/**
 * The kernel compares the outer sources as addresses of the *inner* family, so with IPv4 inside
 * IPv6 only their first 32 bits count.
 */
function fitsSource(source: Address | undefined, state: XfrmState, innerFamily: Family): boolean {
  if (source === undefined || source === state.source) return true;
  if (innerFamily === 6) return false;
  const first = source.words[0] as number;
  return first === 0 || first === state.source.words[0];
}

import type { StateActivity } from './activity.ts';
import type { Lifetime } from './config.ts';
import type { XfrmState } from './state.ts';

/**
 * Tests a state's limits before a packet is accounted, so a limit of N lets exactly N packets pass.
 * False if a hard one is reached: the state is then `expired`, and the caller arms its deletion.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_check_expire.
 */
export function withinLimits(state: XfrmState, activity: StateActivity): boolean {
  const { lifetime } = state.shape;
  if (lifetime === undefined) return true;
  if (reached(activity, lifetime.hardPackets, lifetime.hardBytes)) {
    state.validity = 'expired';
    return false;
  }
  activity.dying ||= reached(activity, lifetime.softPackets, lifetime.softBytes);
  return true;
}

/** Counts one packet, by the octets that ESP protects. */
export function account(activity: StateActivity, octets: number): void {
  activity.bytes += octets;
  activity.packets += 1;
}

function reached(
  activity: StateActivity,
  packets: Lifetime['hardPackets'],
  bytes: Lifetime['hardBytes'],
): boolean {
  return (
    (packets !== undefined && activity.packets >= packets) ||
    (bytes !== undefined && activity.bytes >= bytes)
  );
}

import type { EspPacket } from './packet.ts';
import { expectedHigh } from './replay/replay-window.ts';
import { activityOf, type XfrmState } from './state.ts';

/** RFC 4303, section 2.6: a dummy packet. The kernel counts it as an error. */
const noNextHeader = 59;

/** SPI, number and IV of AES-GCM. */
const headerOctets = 16;

/**
 * What ESP says of a packet under a state: `wrongIcv` for another key, another length of ICV or
 * another high half of the number; `malformed` for one that is too short, or authentic but unusable.
 * Source: Linux 6.1, net/ipv4/esp4.c, esp_input, esp_input_done2, esp_remove_trailer.
 */
export function decrypt(
  packet: EspPacket,
  state: XfrmState,
): 'authentic' | 'wrongIcv' | 'malformed' {
  const { damage } = packet;
  const { replay, icvBits } = state.shape;
  if (damage?.kind === 'truncated') {
    // What is left is long enough to have an ICV, or not.
    return damage.octetsAfterIpHeader < headerOctets + icvBits / 8 ? 'malformed' : 'wrongIcv';
  }
  const authentic =
    damage?.kind !== 'corruptIcv' &&
    packet.key === state.key &&
    packet.icvBits === icvBits &&
    packet.sequenceHigh === expectedHigh(activityOf(state), replay, packet.sequence);
  if (!authentic) return 'wrongIcv';
  if (damage?.kind === 'padLength') return 'malformed';
  if (damage?.kind === 'nextHeader' && damage.nextHeader === noNextHeader) return 'malformed';
  return 'authentic';
}

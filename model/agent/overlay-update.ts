import type { Address, Prefix } from '../address.ts';
import type { Steps } from './agent.ts';
import { ensureIncoming, ensureOutgoing, type FamilyUpdate } from './ensure.ts';

/**
 * The states of the encrypted overlay, between the nodes' own addresses: IPv4 only, reqid 2, in
 * tunnel mode since v1.17. Answers whether they are as they should be.
 */
export function* enableOverlay(update: FamilyUpdate): Steps<boolean> {
  const { memory, node, loaded, family } = update;
  const { profile, settings, local } = memory.environment;
  const wanted = profile.overlayStates === 'inTunnelMode' && settings.routing === 'tunnel';
  const here = local.internalIp[4];
  const there = node.internalIp[4];
  if (!wanted || family !== 4 || here === undefined || there === undefined) return true;
  const outgoing = yield* ensureOutgoing(update, {
    shape: loaded.shapes.overlayOutput,
    tunnel: { source: here, destination: there },
    selector: { source: hostPrefix(here), destination: hostPrefix(there) },
  });
  const incoming = yield* ensureIncoming(update, {
    shape: loaded.shapes.overlayInput,
    tunnel: { source: there, destination: here },
    selector: { source: hostPrefix(there), destination: hostPrefix(here) },
  });
  return outgoing && incoming;
}

function hostPrefix(address: Address): Prefix {
  return { address, length: address.words.length * 32 };
}

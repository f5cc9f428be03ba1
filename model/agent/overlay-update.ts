import type { Address } from '../address.ts';
import type { Steps } from './agent.ts';
import { type FamilyUpdate, ensurePolicy, ensureState, keyIn, keyOut } from './ensure.ts';
import { overlayReqid } from './loaded-key.ts';
import {
  inputState,
  markedInputPolicies,
  outputPolicy,
  outputState,
  type Tunnel,
} from './xfrm-objects.ts';

/**
 * The states of the encrypted overlay, between the nodes' own addresses: IPv4 only, reqid 2, in
 * tunnel mode since v1.17.
 */
export function* enableOverlay(update: FamilyUpdate): Steps<boolean> {
  const { memory, node, nodeId, loaded, family } = update;
  const { profile, settings, local } = memory.environment;
  const wanted = profile.overlayStates === 'inTunnelMode' && settings.routing === 'tunnel';
  const here = local.internalIp[4];
  const there = node.internalIp[4];
  if (!wanted || family !== 4 || here === undefined || there === undefined) return true;
  const keyId = loaded.key.keyId;
  const [localHost, remoteHost] = [hostPrefix(here), hostPrefix(there)];
  const out: Tunnel = { source: here, destination: there };
  const outgoing = yield* ensureState(
    update,
    outputState({
      shape: loaded.shapes.overlayOutput,
      tunnel: out,
      nodeId,
      keyId,
      key: keyOut(update, out),
    }),
  );
  yield* ensurePolicy(
    outputPolicy({
      tunnel: out,
      source: localHost,
      destination: remoteHost,
      nodeId,
      keyId,
      reqid: overlayReqid,
    }),
  );
  const back: Tunnel = { source: there, destination: here };
  const incoming = yield* ensureState(
    update,
    inputState({
      shape: loaded.shapes.overlayInput,
      tunnel: back,
      nodeId,
      keyId,
      key: keyIn(update, back),
    }),
  );
  const policies = markedInputPolicies({
    tunnel: back,
    source: remoteHost,
    destination: localHost,
    reqid: overlayReqid,
  });
  for (const policy of policies) yield* ensurePolicy(policy);
  return outgoing && incoming;
}

function hostPrefix(address: Address): { readonly address: Address; readonly length: number } {
  return { address, length: address.words.length * 32 };
}

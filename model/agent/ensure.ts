import type { Family } from '../address.ts';
import type { KeyHandle, PolicyConfig, StateConfig } from '../xfrm/index.ts';
import type { Operations, Steps } from './agent.ts';
import type { LoadedKey } from './loaded-key.ts';
import { failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import type { NodeRecord } from './node-record.ts';
import { replaceState } from './state-replace.ts';
import type { Tunnel } from './xfrm-objects.ts';

/** One remote node's XFRM objects of one family, for the newest key. */
export interface FamilyUpdate {
  readonly memory: AgentMemory;
  readonly node: NodeRecord;
  readonly nodeId: number;
  readonly loaded: LoadedKey;
  readonly family: Family;
}

/** The key of packets that this node sends: both boot IDs take part, the sender's first. */
export function keyOut(update: FamilyUpdate, tunnel: Tunnel): KeyHandle {
  return keyOf(update, tunnel, {
    source: update.memory.environment.local,
    destination: update.node,
  });
}

export function keyIn(update: FamilyUpdate, tunnel: Tunnel): KeyHandle {
  return keyOf(update, tunnel, {
    source: update.node,
    destination: update.memory.environment.local,
  });
}

function keyOf(
  update: FamilyUpdate,
  tunnel: Tunnel,
  nodes: { readonly source: NodeRecord; readonly destination: NodeRecord },
): KeyHandle {
  const { loaded, memory } = update;
  const { keyRing } = memory.environment;
  if (!loaded.key.perTunnel) return keyRing.globalKey(loaded.psk);
  return keyRing.tunnelKey({
    psk: loaded.psk,
    source: tunnel.source,
    destination: tunnel.destination,
    sourceBootId: keyRing.bootId(nodes.source.bootId),
    destinationBootId: keyRing.bootId(nodes.destination.bootId),
  });
}

/** Answers whether the state is as it should be. */
export function* ensureState(update: FamilyUpdate, wanted: StateConfig): Steps<boolean> {
  const errno = yield* replaceState(wanted, {
    profile: update.memory.environment.profile,
    remoteRebooted: update.memory.rebooted.has(update.node.name),
  });
  if (errno === 'ok') return true;
  yield failed('Unable to replace XFRM state', errno);
  return false;
}

export function* ensurePolicy(policy: PolicyConfig): Operations {
  const { errno } = yield { kind: 'xfrmPolicyUpdate', policy };
  if (errno !== 'ok') yield failed('Unable to update XFRM policy', errno);
}

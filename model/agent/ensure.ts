import type { Family } from '../address.ts';
import type { KeyHandle, PolicyConfig, Selector, StateConfig, StateShape } from '../xfrm/index.ts';
import type { Operations, Steps } from './agent.ts';
import type { LoadedKey } from './loaded-key.ts';
import { failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import type { NodeRecord } from './node-record.ts';
import { replaceState } from './state-replace.ts';
import {
  inputState,
  markedInputPolicies,
  outputPolicy,
  outputState,
  type Tunnel,
  wildcardInputPolicies,
} from './xfrm-objects.ts';

/** One remote node's XFRM objects of one family, for the newest key. */
export interface FamilyUpdate {
  readonly memory: AgentMemory;
  readonly node: NodeRecord;
  readonly nodeId: number;
  readonly loaded: LoadedKey;
  readonly family: Family;
}

/** One direction of one tunnel, and what is sent through it. */
export interface TunnelUse {
  readonly shape: StateShape;
  readonly tunnel: Tunnel;
  /** Undefined: nothing, so that there is a state but no policy. */
  readonly selector: Selector | undefined;
}

/**
 * The OUT state, and the policy that leads to it once it is there. Answers whether the state is as
 * it should be. cilium: ipsec_linux.go, `UpsertIPsecEndpoint`.
 */
export function* ensureOutgoing(update: FamilyUpdate, use: TunnelUse): Steps<boolean> {
  const { nodeId, loaded } = update;
  const { shape, tunnel, selector } = use;
  const keyId = loaded.key.keyId;
  const key = keyOut(update, tunnel);
  const ready = yield* ensureState(update, outputState({ shape, tunnel, nodeId, keyId, key }));
  if (ready && selector !== undefined) {
    const policy = outputPolicy({ tunnel, selector, nodeId, keyId, reqid: shape.reqid });
    yield* ensurePolicy(update.memory, policy);
  }
  return ready;
}

/** The IN state, and the policies that admit what came through it. Answers as {@link ensureOutgoing}. */
export function* ensureIncoming(update: FamilyUpdate, use: TunnelUse): Steps<boolean> {
  const { nodeId, loaded } = update;
  const { shape, tunnel } = use;
  const keyId = loaded.key.keyId;
  const key = keyIn(update, tunnel);
  const ready = yield* ensureState(update, inputState({ shape, tunnel, nodeId, keyId, key }));
  if (!ready) return false;
  yield* ensureInputPolicies(update, use);
  return true;
}

function* ensureInputPolicies({ memory, family }: FamilyUpdate, use: TunnelUse): Operations {
  const { tunnel, selector, shape } = use;
  if (memory.environment.profile.inPolicies === 'wildcard') {
    return yield* ensureSharedPolicy(memory, wildcardInputPolicies[family]);
  }
  if (selector === undefined) return;
  for (const policy of markedInputPolicies({ tunnel, selector, reqid: shape.reqid })) {
    yield* ensurePolicy(memory, policy);
  }
}

/** The key of packets that this node sends: both boot IDs take part, the sender's first. */
function keyOut(update: FamilyUpdate, tunnel: Tunnel): KeyHandle {
  return keyOf(update, tunnel, {
    source: update.memory.environment.local,
    destination: update.node,
  });
}

function keyIn(update: FamilyUpdate, tunnel: Tunnel): KeyHandle {
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
function* ensureState(update: FamilyUpdate, wanted: StateConfig): Steps<boolean> {
  const { memory, node } = update;
  const errno = yield* replaceState(memory, wanted, memory.rebooted.has(node.name));
  if (errno === 'ok') return true;
  memory.flaws += 1;
  yield failed('Unable to replace XFRM state', errno);
  return false;
}

/** A policy that serves all remote nodes: once it is there, it is not asked for again. */
export function* ensureSharedPolicy(memory: AgentMemory, policy: PolicyConfig): Operations {
  if (memory.settled.hasPolicy(policy)) return;
  const flaws = memory.flaws;
  yield* ensurePolicy(memory, policy);
  if (memory.flaws === flaws) memory.settled.addPolicy(policy);
}

function* ensurePolicy(memory: AgentMemory, policy: PolicyConfig): Operations {
  const { errno } = yield { kind: 'xfrmPolicyUpdate', policy };
  if (errno === 'ok') return;
  memory.flaws += 1;
  yield failed('Unable to update XFRM policy', errno);
}

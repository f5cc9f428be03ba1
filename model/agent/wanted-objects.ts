import type { Address, Family, Prefix } from '../address.ts';
import { checkBootId } from '../secret/index.ts';
import type { KeyHandle, PolicyConfig, Selector, StateConfig, StateShape } from '../xfrm/index.ts';
import { defaultReqid, type LoadedKey } from './loaded-key.ts';
import { debug, error } from './log.ts';
import type { AgentMemory } from './memory.ts';
import type { NodeRecord } from './node-record.ts';
import type { Operation } from './operation.ts';
import {
  defaultDropPolicies,
  forwardPolicy,
  inputState,
  markedInputPolicies,
  outputPolicy,
  outputState,
  toward,
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

/** What an agent wants to find in the kernel, in the order in which it sees to it. */
export type Wanted =
  /** A policy that serves all remote nodes: once it is there, it is not asked for again. */
  | { readonly kind: 'sharedPolicy'; readonly policy: PolicyConfig }
  /** A state, and, once it is there, what leads to it (cilium: `UpsertIPsecEndpoint`). */
  | {
      readonly kind: 'tunnel';
      readonly state: StateConfig;
      readonly policies: readonly PolicyConfig[];
    }
  /** Why there is nothing more to want. */
  | { readonly kind: 'obstacle'; readonly report: Operation };

/**
 * The order matters to packets: default drop, OUT state, OUT policy, FWD policy, IN state, IN
 * policies. cilium: pkg/datapath/linux/ipsec.go, `enableIPsecIPv4` and `enableIPsecIPv6`.
 */
export function wantedObjects(update: FamilyUpdate): readonly Wanted[] {
  const { memory, node, family } = update;
  const { local } = memory.environment;
  const drop = dropWanted(family);
  const obstacle = obstacleToKeys(update);
  if (obstacle !== undefined) return [drop, { kind: 'obstacle', report: obstacle }];
  const here = local.ciliumInternalIp[family];
  const there = node.ciliumInternalIp[family];
  if (here === undefined || there === undefined || here === there) return [drop];
  const { shapes } = update.loaded;
  return [
    drop,
    outgoing(update, shapes.output, {
      tunnel: { source: here, destination: there },
      selector: towardPods(node.podCidr[family]),
    }),
    { kind: 'sharedPolicy', policy: forwardPolicyOf(memory, family, here) },
    incoming(update, shapes.input, {
      tunnel: { source: there, destination: here },
      selector: towardPods(local.podCidr[family]),
    }),
    ...overlayObjects(update),
  ];
}

/** The policy that drops what is marked for encryption and has no other. */
export function dropWanted(family: Family): Wanted {
  return { kind: 'sharedPolicy', policy: defaultDropPolicies[family] };
}

/** A node without boot ID is passed over whatever the key; only tunnel keys need all of one, at both ends. */
function obstacleToKeys({ memory, node, loaded }: FamilyUpdate): Operation | undefined {
  const { local, profile } = memory.environment;
  const remote = checkBootId(node.bootId, profile.secret);
  if (remote.kind === 'absent') {
    return debug('Unable to enable IPsec for node with empty BootID');
  }
  if (!loaded.key.perTunnel) return undefined;
  const bootId = remote.kind === 'usable' ? checkBootId(local.bootId, profile.secret) : remote;
  if (bootId.kind === 'usable' || bootId.kind === 'absent') return undefined;
  const { kind, message } = bootId;
  return kind === 'panic' ? { kind: 'exit', cause: 'panic', message } : error(message);
}

/**
 * The states of the encrypted overlay, between the nodes' own addresses: IPv4 only, reqid 2, in
 * tunnel mode since v1.17.
 */
function overlayObjects(update: FamilyUpdate): readonly Wanted[] {
  const { memory, node, loaded, family } = update;
  const { profile, settings, local } = memory.environment;
  const wanted = profile.overlayStates === 'inTunnelMode' && settings.routing === 'tunnel';
  const here = local.internalIp[4];
  const there = node.internalIp[4];
  if (!wanted || family !== 4 || here === undefined || there === undefined) return [];
  return [
    outgoing(update, loaded.shapes.overlayOutput, {
      tunnel: { source: here, destination: there },
      selector: { source: hostPrefix(here), destination: hostPrefix(there) },
    }),
    incoming(update, loaded.shapes.overlayInput, {
      tunnel: { source: there, destination: here },
      selector: { source: hostPrefix(there), destination: hostPrefix(here) },
    }),
  ];
}

/** One direction of one tunnel, and what is sent through it; undefined: nothing. */
interface TunnelUse {
  readonly tunnel: Tunnel;
  readonly selector: Selector | undefined;
}

function outgoing(update: FamilyUpdate, shape: StateShape, use: TunnelUse): Wanted {
  const { memory, node, nodeId, loaded } = update;
  const { tunnel, selector } = use;
  const keyId = loaded.key.keyId;
  const key = keyOf(update, tunnel, { source: memory.environment.local, destination: node });
  const state = outputState({ shape, tunnel, nodeId, keyId, key });
  if (selector === undefined) return { kind: 'tunnel', state, policies: [] };
  const policy = outputPolicy({ tunnel, selector, nodeId, keyId, reqid: shape.reqid });
  return { kind: 'tunnel', state, policies: [policy] };
}

function incoming(update: FamilyUpdate, shape: StateShape, use: TunnelUse): Wanted {
  const { memory, node, nodeId, loaded } = update;
  const { tunnel } = use;
  const keyId = loaded.key.keyId;
  const key = keyOf(update, tunnel, { source: node, destination: memory.environment.local });
  const state = inputState({ shape, tunnel, nodeId, keyId, key });
  return { kind: 'tunnel', state, policies: inputPolicies(update, shape, use) };
}

function inputPolicies(
  { memory, family }: FamilyUpdate,
  { reqid }: StateShape,
  { tunnel, selector }: TunnelUse,
): readonly PolicyConfig[] {
  if (memory.environment.profile.inPolicies === 'wildcard') return [wildcardInputPolicies[family]];
  return selector === undefined ? [] : markedInputPolicies({ tunnel, selector, reqid });
}

/** The key of one direction: both boot IDs take part, the sender's first. */
function keyOf(
  { loaded, memory }: FamilyUpdate,
  tunnel: Tunnel,
  nodes: { readonly source: NodeRecord; readonly destination: NodeRecord },
): KeyHandle {
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

function forwardPolicyOf(memory: AgentMemory, family: Family, here: Address): PolicyConfig {
  const reqid = memory.environment.profile.inPolicies === 'marked' ? defaultReqid : 0;
  const policy = memory.forwardPolicies.get(family) ?? forwardPolicy(family, here, reqid);
  memory.forwardPolicies.set(family, policy);
  return policy;
}

function towardPods(podCidr: Prefix | undefined): Selector | undefined {
  return podCidr === undefined ? undefined : toward(podCidr);
}

function hostPrefix(address: Address): Prefix {
  return { address, length: address.words.length * 32 };
}

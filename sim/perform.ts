import type { DeletedState, Operation, OperationResult } from '../model/agent/index.ts';
import { unreachable } from '../model/assert.ts';
import { keyIdOfMark } from '../model/datapath/index.ts';
import type { Errno, PolicyIdentity, StateConfig } from '../model/xfrm/index.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

const done: OperationResult = { errno: 'ok' };

/** Does what an agent asks for, unless a fault has it fail. */
export function perform(world: World, node: SimNode, operation: Operation): OperationResult {
  const failure = takeFailure(node, operation);
  if (failure === undefined) return apply(world, node, operation);
  noteFailure(world, node, operation.kind);
  return { errno: failure };
}

function noteFailure({ trace, now }: World, node: SimNode, operation: Operation['kind']): void {
  trace.record('operationFailed', now, node.index, trace.text(operation));
}

function takeFailure(node: SimNode, operation: Operation): Errno | undefined {
  if (node.failures.length === 0) return undefined;
  const pending = node.failures.find(
    ({ fault, left }) => left > 0 && fault.operation === operation.kind,
  );
  if (pending === undefined) return undefined;
  pending.left -= 1;
  return pending.fault.errno;
}

function apply(world: World, node: SimNode, operation: Operation): OperationResult {
  switch (operation.kind) {
    case 'xfrmStateFind':
      return { errno: 'ok', state: node.xfrm.findState(operation) };
    case 'xfrmStateList':
      return { errno: 'ok', states: node.xfrm.listStates() };
    case 'xfrmPolicyList':
      return { errno: 'ok', policies: node.xfrm.policies() };
    case 'xfrmStateAdd':
      return addState(world, node, operation.state);
    case 'xfrmStateUpdate':
      return answer(node.xfrm.updateState(operation.state));
    case 'xfrmStateDelete':
      return deleteState(world, node, operation.state);
    case 'xfrmPolicyUpdate':
      return answer(node.xfrm.upsertPolicy(operation.policy));
    case 'xfrmPolicyDelete':
      return deletePolicy(world, node, operation.policy);
    default:
      return applyToNode(world, node, operation);
  }
}

/** What is asked of the eBPF maps and of the node at large; none of it fails by itself. */
function applyToNode(
  world: World,
  node: SimNode,
  operation: Exclude<Operation, { kind: `xfrm${string}` }>,
): OperationResult {
  const { maps } = node;
  switch (operation.kind) {
    case 'nodeMapUpdate':
      setNodeMap(world, node, operation);
      break;
    case 'nodeMapDelete':
      maps.nodes.delete(operation.address);
      break;
    case 'encryptMapUpdate':
      maps.encryptKeyId = operation.keyId;
      world.trace.record('encryptMapSet', world.now, node.index, operation.keyId);
      break;
    case 'endpointMapUpdate':
      setEndpointMap(world, node, operation);
      break;
    case 'endpointMapDelete':
      maps.endpointKeyIds.delete(operation.address);
      break;
    case 'allNodesValidated':
      world.trace.record('allNodesValidated', world.now, node.index, operation.keyId);
      break;
    case 'log':
      world.log(node, operation);
      break;
    case 'publish':
    case 'keyLoaded':
    case 'setTimer':
    case 'exit':
      break; // the business of whoever runs the agent
    default:
      return unreachable(operation);
  }
  return done;
}

/** The entry of a node's tunnel endpoint is the one that decides about its pods. */
function setNodeMap(
  world: World,
  node: SimNode,
  entry: Extract<Operation, { kind: 'nodeMapUpdate' }>,
): void {
  const { nodes } = node.maps;
  const peer = world.nodes[world.ownerOf(entry.address)];
  const changed = nodes.keyIdOf(entry.address) !== entry.keyId;
  nodes.set(entry.address, entry);
  const decides = node.profile.datapath.peerKeyIdFrom === 'nodeMap';
  if (!decides || !changed || peer?.tunnelEndpoint !== entry.address) return;
  world.trace.record('peerKeySet', world.now, node.index, peer.index, entry.keyId);
}

function setEndpointMap(
  world: World,
  node: SimNode,
  entry: Extract<Operation, { kind: 'endpointMapUpdate' }>,
): void {
  const { endpointKeyIds } = node.maps;
  if (endpointKeyIds.get(entry.address) === entry.keyId) return;
  endpointKeyIds.set(entry.address, entry.keyId);
  const peer = world.ownerOf(entry.address);
  world.trace.record('peerKeySet', world.now, node.index, peer, entry.keyId);
}

function answer(errno: Errno): OperationResult {
  return errno === 'ok' ? done : { errno };
}

function addState(world: World, node: SimNode, state: StateConfig): OperationResult {
  const errno = node.xfrm.addState(state, world.now);
  if (errno !== 'ok') {
    // A duplicate the agent deals with; a key that the kernel does not take stays refused.
    if (errno !== 'EEXIST') noteFailure(world, node, 'xfrmStateAdd');
    return { errno };
  }
  node.countStates(state.spi, 1);
  recordState(world, 'stateAdded', node, state);
  return done;
}

/**
 * DELSA names a destination, an SPI and a mark, so it may hit another state than the one meant
 * (Linux, net/xfrm/xfrm_user.c, `xfrm_del_sa`).
 */
function deleteState(world: World, node: SimNode, state: DeletedState): OperationResult {
  const { destination, spi, mark } = state;
  const errno = node.xfrm.deleteState({ destination, spi, mark });
  if (errno !== 'ok') return { errno };
  noteStateDeleted(world, node, state);
  return done;
}

/** Whoever deleted it. */
export function noteStateDeleted(world: World, node: SimNode, state: DeletedState): void {
  node.countStates(state.spi, -1);
  recordState(world, 'stateDeleted', node, state);
}

function deletePolicy(world: World, node: SimNode, policy: PolicyIdentity): OperationResult {
  const errno = node.xfrm.deletePolicy(policy);
  if (errno !== 'ok') return { errno };
  world.trace.record('policyDeleted', world.now, node.index, keyIdOfMark(policy.mark.value));
  return done;
}

function recordState(
  world: World,
  event: 'stateAdded' | 'stateDeleted',
  node: SimNode,
  state: StateConfig | DeletedState,
): void {
  const source = world.ownerOf(state.source);
  const outgoing = source === node.index;
  const peer = outgoing ? world.ownerOf(state.destination) : source;
  world.trace.record(event, world.now, node.index, peer, state.spi, outgoing ? 1 : 0);
}

import type { z } from 'zod';
import type { NodeRecord, Operation, OperationResult } from '../../model/agent/index.ts';
import { type ListedState, type StateConfig, XfrmPolicy } from '../../model/xfrm/index.ts';
import {
  address,
  byFamily,
  familiesOf,
  foreignChanges,
  keyId,
  list,
  microseconds,
  publishedInstead,
  record,
  requestId,
  text,
  whole,
  word,
  writePrefix,
} from './fields.ts';
import { timers } from './inputs.ts';
import type { KeyBook } from './key-book.ts';
import {
  markOrAny,
  policyFrom,
  policyName,
  readPolicy,
  readState,
  selectorFrom,
  stateFrom,
  stateName,
  type WirePolicy,
  type WireState,
  writePolicy,
  writeState,
  xfrmPolicy,
  xfrmState,
} from './xfrm-fields.ts';

const about = {
  input: requestId('The id of the request that the agent is handling: what it does this about.'),
};

/** What an agent asks of its node. Each is answered with `{ errno }`, and what is said there. */
export const operationSchemas = {
  xfrmStateAdd: record('NEWSA.', { ...about, state: xfrmState }),
  xfrmStateUpdate: record('UPDSA.', { ...about, state: xfrmState }),
  xfrmStateDelete: record('DELSA.', { ...about, ...stateName }),
  xfrmStateFind: record('The state with exactly these, answered as state; none: no state.', {
    ...about,
    ...stateName,
  }),
  xfrmStateList: record('All states, answered as states.', about),
  xfrmPolicyUpdate: record('UPDPOLICY: adds the policy, or replaces it.', {
    ...about,
    policy: xfrmPolicy,
  }),
  xfrmPolicyDelete: record('DELPOLICY.', { ...about, ...policyName }),
  xfrmPolicyList: record('All policies, answered as policies.', about),
  nodeMapUpdate: record('Writes cilium_node_map_v2.', {
    ...about,
    address: address('The key.'),
    nodeID: whole('The node ID.', 0, 65_535),
    keyID: keyId('The key ID of the node.'),
  }),
  nodeMapDelete: record('Deletes from cilium_node_map_v2.', {
    ...about,
    address: address('The key.'),
  }),
  encryptMapUpdate: record('Writes cilium_encrypt_state, index 0.', {
    ...about,
    keyID: keyId('The key ID to send with; 0: none.'),
  }),
  endpointMapUpdate: record('Writes the key ID of a remote pod to cilium_ipcache.', {
    ...about,
    address: address("The pod's address."),
    keyID: keyId('The key ID.'),
  }),
  endpointMapDelete: record('Deletes a remote pod from cilium_ipcache.', {
    ...about,
    address: address("The pod's address."),
  }),
  publish: record("Publishes the local node's record; what is not said is as it is.", {
    ...about,
    keyID: keyId('spec.encryption.key.'),
    ...publishedInstead,
  }),
  setTimer: record('Sets an alarm.', {
    ...about,
    timer: word('Which.', timers),
    afterUs: microseconds('In how long.'),
  }),
  keyLoaded: record('The key in memory is this one: for the trace.', {
    ...about,
    keyID: keyId('The key ID.'),
  }),
  allNodesValidated: record('All known nodes were gone through: for the trace.', {
    ...about,
    keyID: keyId('The key ID.'),
  }),
  log: record('A line of the log.', {
    ...about,
    level: word('How bad.', ['debug', 'info', 'warning', 'error']),
    message: text('The line.'),
  }),
  exit: record('The process of this node ends. Never answered.', {
    ...about,
    cause: word('failure: it gave up; panic: it crashed; unmodelled: keyturn cannot follow.', [
      'failure',
      'panic',
      'unmodelled',
    ]),
    message: text('Why.'),
  }),
  random: record('A number below limit, from a stream of the node; answered as value.', {
    ...about,
    stream: word('Each decision draws from its own.', ['nodeID', 'mapOrder']),
    limit: whole('The limit.', 1, 0xffff_ffff),
  }),
} as const;

export type OperationMethod = keyof typeof operationSchemas;
export type OperationParams<Method extends OperationMethod> = z.input<
  (typeof operationSchemas)[Method]
>;

/** A question that no operation of the model's is: the agent asks instead of guessing. */
export interface Question {
  readonly kind: 'random';
  readonly stream: 'nodeID' | 'mapOrder';
  readonly limit: number;
}

const errnos = [
  ...['ok', 'EPERM', 'ENOENT', 'ESRCH', 'EAGAIN', 'ENOMEM', 'EEXIST', 'EINVAL', 'ENOSPC'],
  ...['ENOSYS', 'EMSGSIZE', 'EOVERFLOW', 'ENOBUFS', 'ENETUNREACH', 'EHOSTUNREACH'],
] as OperationResult['errno'][];

/** What an operation is answered with. */
export const operationResult = record('The answer to an operation.', {
  errno: word('ok, or the name of the errno.', errnos),
  state: xfrmState.optional(),
  states: list('The states, in the order of a dump.', xfrmState).optional(),
  policies: list('The policies, in the order of a dump.', xfrmPolicy).optional(),
  value: whole('The answer to random.', 0, 0xffff_ffff).optional(),
  foreignChanges,
});

export type WireResult = z.input<typeof operationResult>;

export function isOperationMethod(method: string): method is OperationMethod {
  return Object.hasOwn(operationSchemas, method);
}

type Read = {
  [Method in OperationMethod]: {
    readonly method: Method;
    readonly params: z.output<(typeof operationSchemas)[Method]>;
  };
}[OperationMethod];

/** The operation of the model's that a request asks for, its parameters read. */
export function operationFrom({ method, params }: Read, keys: KeyBook): Operation | Question {
  switch (method) {
    case 'xfrmStateAdd':
    case 'xfrmStateUpdate':
      return { kind: method, state: stateFrom(params.state, keys) };
    case 'xfrmStateDelete': {
      const { src: source, dst: destination, spi, mark } = params;
      return { kind: method, state: { source, destination, spi, mark: markOrAny(mark) } };
    }
    case 'xfrmStateFind': {
      const { src: source, dst: destination, spi, mark } = params;
      return { kind: method, source, destination, spi, mark: markOrAny(mark) };
    }
    case 'xfrmPolicyUpdate':
      return { kind: method, policy: policyFrom(params.policy) };
    case 'xfrmPolicyDelete': {
      const { dir: direction, mark, ifid } = params;
      const named = { direction, selector: selectorFrom(params), mark: markOrAny(mark) };
      const policy = ifid === undefined ? named : { ...named, interfaceId: ifid };
      return { kind: method, policy };
    }
    case 'nodeMapUpdate':
      return { kind: method, address: params.address, nodeId: params.nodeID, keyId: params.keyID };
    case 'endpointMapUpdate':
      return { kind: method, address: params.address, keyId: params.keyID };
    case 'nodeMapDelete':
    case 'endpointMapDelete':
      return { kind: method, address: params.address };
    case 'encryptMapUpdate':
    case 'keyLoaded':
    case 'allNodesValidated':
      return { kind: method, keyId: params.keyID };
    case 'publish':
      return publishFrom(params);
    case 'setTimer':
      return { kind: method, timer: params.timer, after: params.afterUs };
    case 'log':
      return { kind: method, level: params.level, message: params.message };
    case 'exit':
      return { kind: method, cause: params.cause, message: params.message };
    case 'random':
      return { kind: method, stream: params.stream, limit: params.limit };
    case 'xfrmStateList':
    case 'xfrmPolicyList':
      return { kind: method };
  }
}

function publishFrom(params: z.output<(typeof operationSchemas)['publish']>): Operation {
  const { keyID, internalIP, ciliumInternalIP, podCIDR, bootID } = params;
  const instead: Partial<NodeRecord> = {
    ...(internalIP === undefined ? {} : { internalIp: byFamily(internalIP) }),
    ...(ciliumInternalIP === undefined ? {} : { ciliumInternalIp: byFamily(ciliumInternalIP) }),
    ...(podCIDR === undefined ? {} : { podCidr: byFamily(podCIDR) }),
    ...(bootID === undefined ? {} : { bootId: bootID }),
  };
  const said = Object.keys(instead).length > 0;
  return said ? { kind: 'publish', keyId: keyID, instead } : { kind: 'publish', keyId: keyID };
}

/** The request for an operation, but for the input that it is about. */
export function writeOperation(
  operation: Operation,
  keys: KeyBook,
): { readonly method: OperationMethod; readonly params: object } {
  switch (operation.kind) {
    case 'xfrmStateAdd':
    case 'xfrmStateUpdate':
      return { method: operation.kind, params: { state: writeState(operation.state, keys) } };
    case 'xfrmStateDelete':
      return { method: operation.kind, params: writeStateName(operation.state) };
    case 'xfrmStateFind':
      return { method: operation.kind, params: writeStateName(operation) };
    case 'xfrmPolicyUpdate':
      return { method: operation.kind, params: { policy: writePolicy(operation.policy) } };
    case 'xfrmPolicyDelete': {
      const { direction: dir, selector, mark, interfaceId } = operation.policy;
      const [src, dst] = [writePrefix(selector.source), writePrefix(selector.destination)];
      const ifid = (interfaceId ?? 0) === 0 ? {} : { ifid: interfaceId };
      return { method: operation.kind, params: { dir, src, dst, mark, ...ifid } };
    }
    case 'nodeMapUpdate': {
      const { address: of, nodeId: nodeID, keyId: keyID } = operation;
      return { method: operation.kind, params: { address: of.text, nodeID, keyID } };
    }
    case 'endpointMapUpdate': {
      const { address: of, keyId: keyID } = operation;
      return { method: operation.kind, params: { address: of.text, keyID } };
    }
    case 'nodeMapDelete':
    case 'endpointMapDelete':
      return { method: operation.kind, params: { address: operation.address.text } };
    case 'publish':
      return { method: 'publish', params: writePublish(operation.keyId, operation.instead) };
    case 'encryptMapUpdate':
    case 'keyLoaded':
    case 'allNodesValidated':
      return { method: operation.kind, params: { keyID: operation.keyId } };
    case 'setTimer':
      return {
        method: 'setTimer',
        params: { timer: operation.timer, afterUs: operation.after },
      };
    case 'log':
    case 'exit': {
      const { kind: method, ...params } = operation;
      return { method, params };
    }
    case 'xfrmStateList':
    case 'xfrmPolicyList':
      return { method: operation.kind, params: {} };
  }
}

function writeStateName(
  name:
    | Extract<Operation, { kind: 'xfrmStateFind' }>
    | Extract<Operation, { kind: 'xfrmStateDelete' }>['state'],
): object {
  const { source, destination, spi, mark } = name;
  const { value, mask } = mark;
  return {
    src: source.text,
    dst: destination.text,
    spi,
    mark: { value: value >>> 0, mask: mask >>> 0 },
  };
}

function writePublish(keyID: number, instead: Partial<NodeRecord> = {}): object {
  const { internalIp, ciliumInternalIp, podCidr, bootId } = instead;
  return {
    keyID,
    ...(internalIp === undefined
      ? {}
      : { internalIP: familiesOf(internalIp, ({ text: of }) => of) }),
    ...(ciliumInternalIp === undefined
      ? {}
      : { ciliumInternalIP: familiesOf(ciliumInternalIp, ({ text: of }) => of) }),
    ...(podCidr === undefined ? {} : { podCIDR: familiesOf(podCidr, writePrefix) }),
    ...(bootId === undefined ? {} : { bootID: bootId }),
  };
}

/** The answer to an operation, as a message. */
export function writeResult(result: OperationResult, keys: KeyBook): WireResult {
  const { errno, state, states, policies } = result;
  return {
    errno,
    ...(state === undefined ? {} : { state: writeState(state, keys) }),
    ...(states === undefined ? {} : { states: [...states].map((one) => writeState(one, keys)) }),
    ...(policies === undefined ? {} : { policies: [...policies].map(writePolicy) }),
  };
}

/**
 * The answer to an operation, as an agent of the model's gets it. It comes from the harness, which
 * wrote it by the schema: nobody looks twice.
 */
export function resultFrom(result: WireResult, keys: KeyBook): OperationResult {
  const { errno, state, states, policies } = result;
  const stateOf = (one: WireState): ListedState => listed(stateFrom(readState(one), keys));
  return {
    errno,
    ...(state === undefined ? {} : { state: stateOf(state) }),
    ...(states === undefined ? {} : { states: states.map(stateOf) }),
    ...(policies === undefined
      ? {}
      : { policies: policies.map((one) => XfrmPolicy.of(policyFrom(readPolicy(one)))) }),
  };
}

function listed(state: StateConfig): ListedState {
  const { shape, source, destination, spi, markValue, key } = state;
  const mark = { value: markValue, mask: shape.markMask };
  return { shape, source, destination, spi, markBits: markValue | 0, markValue, mark, key };
}

export type { WirePolicy, WireState };

import type { z } from 'zod';
import type {
  AgentEnvironment,
  AgentInput,
  AgentStart,
  NodeName,
} from '../../model/agent/index.ts';
import { address as parsedAddress } from '../../model/address.ts';
import { ciliumReleases } from '../../model/release.ts';
import {
  address,
  flag,
  foreignChanges,
  keyId,
  list,
  microseconds,
  nodeRecord,
  readNodeRecord,
  record,
  text,
  whole,
  word,
  writeNodeRecord,
} from './fields.ts';

/** The number of this protocol: one more with every change that an agent could notice. */
export const protocolVersion = 1;

/** The alarms that an agent may set. */
export const timers = ['reclaim', 'backgroundSync'] as const;

const toNode = {
  node: text('The node whose agent is told: cluster/node.'),
  nowUs: microseconds('The virtual time, from the start of the run.'),
  foreignChanges,
};
const keyFile = text('The text of the key file; null: it cannot be read.').nullable();
const remote = nodeRecord;

const settings = record("The agent's flags.", {
  ipsecKeyRotationDurationUs: microseconds('ipsec-key-rotation-duration.'),
  enableIPsecKeyWatcher: flag('enable-ipsec-key-watcher.'),
  enableIPv4: flag('enable-ipv4.'),
  enableIPv6: flag('enable-ipv6.'),
  routingMode: word('routing-mode.', ['native', 'tunnel']),
  reclaimIntervalUs: microseconds('The period of the stale-key reclaimer.'),
});

/** What the harness asks of an agent. Each is answered with `{}` when the agent is through with it. */
export const inputSchemas = {
  hello: record('The first message to a process.', {
    protocol: whole('The version of the protocol.', 1, 1_000_000),
    harness: text('The harness and its version.'),
  }),
  start: record('The process of the agent on this node starts, and finds this.', {
    ...toNode,
    release: word('The Cilium release of the eBPF programs on the node.', ciliumReleases),
    settings,
    local: remote.meta({ description: 'The local node, as it was last published.' }),
    keyFile,
    nodes: list('The nodes in the registry, without the local one.', remote),
    checkpoint: list('The nodes that the agent knew when it last ran.', remote),
    nodeMap: list(
      'The pinned cilium_node_map_v2.',
      record('An entry.', {
        address: address('The key.'),
        nodeID: whole('The node ID.', 0, 65_535),
        keyID: keyId('The key ID.'),
      }),
    ),
    firstReclaimAfterUs: microseconds('The time to the first tick of the stale-key reclaimer.'),
  }),
  keyfile: record('The key file was created or replaced.', { ...toNode, keyFile }),
  nodeUpsert: record('A remote node is new or changed.', { ...toNode, remote }),
  nodeDelete: record('A remote node is gone.', { ...toNode, name: text('cluster/node.') }),
  endpointUpsert: record("A remote pod's record, where releases keep keys per endpoint.", {
    ...toNode,
    address: address("The pod's address."),
    keyID: keyId('0: the record names none.'),
  }),
  endpointDelete: record('A remote pod is gone.', {
    ...toNode,
    address: address("The pod's address."),
  }),
  timer: record('An alarm that the agent has set.', { ...toNode, timer: word('Which.', timers) }),
  stop: record('The process of the agent on this node has ended: forget all of it.', {
    node: toNode.node,
  }),
} as const;

export type InputMethod = keyof typeof inputSchemas;
export type InputParams<Method extends InputMethod> = z.input<(typeof inputSchemas)[Method]>;

/** A request to an agent: what method, and with what. */
export type WireInput = {
  [Method in InputMethod]: { readonly method: Method; readonly params: InputParams<Method> };
}[InputMethod];

/** What an agent answers to `hello`. */
export const helloResult = record('What an agent says of itself.', {
  protocol: whole('The version that it speaks.', 1, 1_000_000),
  name: text('What reports call it.'),
  version: text('Its version.').optional(),
  hosts: word(
    'Whether one process has the agents of all nodes, or each node gets a process of its own.',
    ['allNodes', 'oneNode'],
  ),
  reclaimsBeside: flag(
    'Whether the reclaim timer may ring while another input of the same node is under way. Default: false.',
  ).optional(),
  release: word(
    'The Cilium release whose eBPF programs it is made for. Default: that of the scenario.',
    ciliumReleases,
  ).optional(),
});

export type Hello = z.output<typeof helloResult>;

/** What every input says, but for whom. */
type News = Pick<InputParams<'timer'>, 'nowUs' | 'foreignChanges'>;

/** The request that tells a node's agent of an input. */
export function writeInput(
  environment: AgentEnvironment,
  input: AgentInput,
  news: News,
): WireInput {
  const at = { node: environment.local.name, ...news };
  switch (input.kind) {
    case 'start':
      return { method: 'start', params: { ...at, ...writeStart(environment, input.start) } };
    case 'keyFile':
      return { method: 'keyfile', params: { ...at, keyFile: input.text ?? null } };
    case 'nodeUpsert':
      return { method: 'nodeUpsert', params: { ...at, remote: writeNodeRecord(input.node) } };
    case 'nodeDelete':
      return { method: 'nodeDelete', params: { ...at, name: input.name } };
    case 'endpointUpsert': {
      const { address: of, keyId: keyID } = input;
      return { method: 'endpointUpsert', params: { ...at, address: of.text, keyID } };
    }
    case 'endpointDelete':
      return { method: 'endpointDelete', params: { ...at, address: input.address.text } };
    case 'timer':
      return { method: 'timer', params: { ...at, timer: input.timer } };
  }
}

function writeStart(
  { profile, settings: flags, local }: AgentEnvironment,
  start: AgentStart,
): Omit<InputParams<'start'>, 'node' | keyof News> {
  return {
    release: profile.release,
    settings: {
      ipsecKeyRotationDurationUs: flags.rotationDuration,
      enableIPsecKeyWatcher: flags.keyWatcher,
      enableIPv4: flags.families.includes(4),
      enableIPv6: flags.families.includes(6),
      routingMode: flags.routing,
      reclaimIntervalUs: flags.reclaimInterval,
    },
    local: writeNodeRecord(local),
    keyFile: start.keyFile ?? null,
    nodes: start.nodes.map(writeNodeRecord),
    checkpoint: start.checkpoint.map(writeNodeRecord),
    nodeMap: [...start.nodeMap].map(([of, { nodeId, keyId: keyID }]) => ({
      address: of.text,
      nodeID: nodeId,
      keyID,
    })),
    firstReclaimAfterUs: start.firstReclaimAfter,
  };
}

/**
 * What an agent that was started in this process is told; `hello` and `stop` are the server's own
 * business. It comes from the harness, which wrote it by the schema: nobody looks twice.
 */
export function readAgentInput(
  method: Exclude<InputMethod, 'hello' | 'start' | 'stop'>,
  params: unknown,
): AgentInput {
  switch (method) {
    case 'keyfile':
      return { kind: 'keyFile', text: (params as InputParams<'keyfile'>).keyFile ?? undefined };
    case 'nodeUpsert':
      return {
        kind: 'nodeUpsert',
        node: readNodeRecord((params as InputParams<'nodeUpsert'>).remote),
      };
    case 'nodeDelete':
      return { kind: 'nodeDelete', name: (params as InputParams<'nodeDelete'>).name as NodeName };
    case 'endpointUpsert': {
      const { address: of, keyID } = params as InputParams<'endpointUpsert'>;
      return { kind: 'endpointUpsert', address: parsedAddress(of), keyId: keyID };
    }
    case 'endpointDelete': {
      const { address: of } = params as InputParams<'endpointDelete'>;
      return { kind: 'endpointDelete', address: parsedAddress(of) };
    }
    case 'timer':
      return { kind: 'timer', timer: (params as InputParams<'timer'>).timer };
  }
}

/** What an agent finds when it starts. */
export function readStart(start: InputParams<'start'>): AgentStart {
  return {
    keyFile: start.keyFile ?? undefined,
    nodes: start.nodes.map(readNodeRecord),
    checkpoint: start.checkpoint.map(readNodeRecord),
    nodeMap: start.nodeMap.map(({ address: of, nodeID, keyID }) => [
      parsedAddress(of),
      { nodeId: nodeID, keyId: keyID },
    ]),
    firstReclaimAfter: start.firstReclaimAfterUs,
  };
}

/** What an agent is configured with, as `start` says it. */
export function readSettings(start: InputParams<'start'>): AgentEnvironment['settings'] {
  const { settings: flags } = start;
  return {
    rotationDuration: flags.ipsecKeyRotationDurationUs,
    keyWatcher: flags.enableIPsecKeyWatcher,
    families: [
      ...(flags.enableIPv4 ? ([4] as const) : []),
      ...(flags.enableIPv6 ? ([6] as const) : []),
    ],
    routing: flags.routingMode,
    reclaimInterval: flags.reclaimIntervalUs,
  };
}

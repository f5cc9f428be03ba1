/**
 * What a field of a trace event is. A trace holds numbers only: the index of a cluster or node in
 * the run's own lists, the index of an interned text, or an integer as it is.
 */
export type TraceFieldType = 'cluster' | 'node' | 'text' | 'integer';

/** Every field that a trace event may have. A name means the same in all events. */
export const traceFields = {
  cluster: 'cluster',
  toCluster: 'cluster',
  node: 'node',
  /** The remote node that `node` deals with. */
  peer: 'node',
  sender: 'node',
  receiver: 'node',
  /** Counts the writes of one cluster's secret. */
  version: 'integer',
  /** 0: none. */
  keyId: 'integer',
  nodeId: 'integer',
  spi: 'integer',
  sequence: 'integer',
  flow: 'integer',
  states: 'integer',
  policies: 'integer',
  /** The index of a step in the procedure, or of a fault in the scenario. */
  step: 'integer',
  fault: 'integer',
  /** The `kind` of a step, a fault, a link or an agent's operation. */
  action: 'text',
  link: 'text',
  operation: 'text',
  errno: 'text',
  /** `in` or `out`. */
  direction: 'text',
  /** How an agent stopped: cleanly, or by a crash or a reboot. */
  cause: 'text',
  /** The XFRM counter, or the eBPF programs' drop reason. */
  reason: 'text',
  level: 'text',
  message: 'text',
} as const satisfies Readonly<Record<string, TraceFieldType>>;

export type TraceField = keyof typeof traceFields;

/**
 * Every event that a trace may hold, with its fields in order. The place of an event in this table
 * goes into the digest: a new one in the middle changes the digests of all runs.
 */
export const traceEvents = {
  /** A cluster's key secret was created or replaced at its API server. */
  secretWritten: ['cluster', 'version', 'keyId'],
  secretDeleted: ['cluster', 'version'],
  /** The kubelet swapped the file in the agent's pod. */
  volumeUpdated: ['node', 'version'],
  /** The agent read the key file and will use this key. */
  keyLoaded: ['node', 'keyId', 'version'],
  keyRejected: ['node', 'version', 'message'],
  /** The agent's own node record reached its registry. */
  published: ['node', 'keyId', 'version'],
  /** The agent was told of a peer's record. */
  nodeSeen: ['node', 'peer', 'keyId', 'version'],
  nodeGone: ['node', 'peer'],
  /** The agent was told of the pods of a peer. */
  endpointSeen: ['node', 'peer', 'keyId'],
  /** An agent's operation was answered. `keyId` and `nodeId` are 0 where it names none. */
  operation: ['node', 'operation', 'keyId', 'nodeId', 'errno'],
  stateAdded: ['node', 'peer', 'spi', 'direction'],
  stateDeleted: ['node', 'peer', 'spi', 'direction'],
  /** The states of this key towards all known peers are in place. */
  installed: ['node', 'keyId'],
  /** The datapath of the node sends with this key from here on, where the peer has it. */
  encryptMapSet: ['node', 'keyId'],
  /** The stale-key reclaimer deleted what does not belong to this key. */
  reclaimed: ['node', 'keyId', 'states', 'policies'],
  agentStarted: ['node'],
  agentStopped: ['node', 'cause'],
  nodeUp: ['node'],
  nodeDown: ['node', 'cause'],
  nodeJoined: ['node'],
  nodeLeft: ['node'],
  /** A link of one node was cut: `secret`, `publish` or `watch`. */
  linkCut: ['node', 'link'],
  linkHealed: ['node', 'link'],
  meshCut: ['cluster', 'toCluster'],
  meshHealed: ['cluster', 'toCluster'],
  networkCut: ['sender', 'receiver'],
  networkHealed: ['sender', 'receiver'],
  faultInjected: ['fault', 'action'],
  faultEnded: ['fault', 'action'],
  stepStarted: ['step', 'action'],
  stepDone: ['step', 'action'],
  packetSent: ['sender', 'receiver', 'flow', 'spi', 'sequence'],
  packetDelivered: ['sender', 'receiver', 'flow', 'spi', 'sequence'],
  /** `node` is where it was dropped. */
  packetDropped: ['node', 'sender', 'receiver', 'flow', 'spi', 'reason'],
  log: ['node', 'level', 'message'],
} as const satisfies Readonly<Record<string, readonly TraceField[]>>;

export type TraceEvent = keyof typeof traceEvents;

/** One number for each field of the event, in the order of the table. */
export type TraceValues<Event extends TraceEvent> = {
  readonly [Index in keyof (typeof traceEvents)[Event]]: number;
};

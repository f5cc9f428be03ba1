/**
 * What a value of an event stands for. All values are integers: names and texts are places in lists
 * that the trace keeps.
 */
export type TraceFieldType = 'node' | 'cluster' | 'text' | 'fate' | 'integer';

/** Every field that an event may have. A name means the same in all events. */
export const traceFields = {
  cluster: 'cluster',
  node: 'node',
  /** The remote node that `node` deals with. */
  peer: 'node',
  sender: 'node',
  receiver: 'node',
  /** The place of a step in the procedure, from 1. */
  step: 'integer',
  /** Counts the writes of one cluster's secret. */
  version: 'integer',
  /** 0: none. */
  keyId: 'integer',
  spi: 'integer',
  /** 1 for a state that the node sends with. */
  output: 'integer',
  /** 4 or 6. */
  family: 'integer',
  /** The 32 bits on the wire; 0 for a packet that never got there. */
  sequence: 'integer',
  count: 'integer',
  rotationDuration: 'integer',
  fate: 'fate',
  fault: 'text',
  state: 'text',
  cause: 'text',
  operation: 'text',
  level: 'text',
  message: 'text',
} as const satisfies Readonly<Record<string, TraceFieldType>>;

export type TraceField = keyof typeof traceFields;

/**
 * Every event that a trace can hold, with its fields in their order. This is the format of the
 * trace file, and what the digest is made of: changing it changes every digest.
 */
export const traceEvents = {
  /** The operator, the faults, and one cluster's rotation as seen from outside. */
  stepDone: ['step'],
  faultInjected: ['fault'],
  rotationChanged: ['cluster', 'state'],
  /** The secret at the API server, and the file in the agent's pod. */
  secretWritten: ['cluster', 'version'],
  secretDeleted: ['cluster'],
  volumeUpdated: ['node', 'version'],
  /** Nodes, and the agents on them. */
  nodeChanged: ['node', 'state'],
  /** With the `ipsec-key-rotation-duration` that the agent has from now on, in microseconds. */
  agentStarted: ['node', 'rotationDuration'],
  agentStopped: ['node'],
  agentExited: ['node', 'cause', 'message'],
  log: ['node', 'level', 'message'],
  operationFailed: ['node', 'operation'],
  /** A key on its way: in memory, published, told to a peer's agent, written to a peer's maps. */
  keyLoaded: ['node', 'keyId'],
  published: ['node', 'keyId'],
  nodeSeen: ['node', 'peer', 'keyId'],
  nodeDeleted: ['node', 'peer'],
  peerKeySet: ['node', 'peer', 'keyId'],
  allNodesValidated: ['node', 'keyId'],
  encryptMapSet: ['node', 'keyId'],
  /** The kernel's states and policies, and the keys that `cilium-dbg encrypt status` counts. */
  stateAdded: ['node', 'peer', 'spi', 'output'],
  stateDeleted: ['node', 'peer', 'spi', 'output'],
  policyDeleted: ['node', 'spi'],
  keysInUse: ['node', 'count'],
  /** Probes. A fate at the sender's own node has no sequence number. */
  packetSent: ['sender', 'receiver', 'family', 'spi', 'sequence'],
  packetFate: ['sender', 'receiver', 'family', 'spi', 'sequence', 'fate'],
  /** An agent that starts is of another release than the one before it; `state` names it. */
  releaseChanged: ['node', 'state'],
  /** An agent attaches its program where no encrypted packets arrive. */
  programMisplaced: ['node'],
} as const satisfies Readonly<Record<string, readonly TraceField[]>>;

export type TraceEvent = keyof typeof traceEvents;

type Numbers<Fields extends readonly unknown[]> = { readonly [Index in keyof Fields]: number };

/** One number for each field of the event, in the order of the table. */
export type TraceValues<Event extends TraceEvent> = Numbers<(typeof traceEvents)[Event]>;

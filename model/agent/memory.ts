import type { Family } from '../address.ts';
import type { Microseconds } from '../time.ts';
import type { PolicyConfig } from '../xfrm/index.ts';
import type { AgentEnvironment } from './environment.ts';
import type { LoadedKey } from './loaded-key.ts';
import { NodeIds } from './node-ids.ts';
import type { NodeName, NodeRecord } from './node-record.ts';
import { makePeer, type Peer } from './peer.ts';
import { Trust } from './trust.ts';

/** What the agent's process holds in memory: all of it is lost when the process ends. */
export class AgentMemory {
  readonly environment: AgentEnvironment;
  /** The newest key. The one before is forgotten at once: its states cannot be installed again. */
  loaded: LoadedKey | undefined;
  /** When each SPI was replaced, or first seen as a foreign one (`ipSecKeysRemovalTime`). Never cleaned. */
  readonly removalTimes = new Map<number, Microseconds>();
  /** All remote nodes that the agent was told of. */
  readonly peers = new Map<NodeName, Peer>();
  readonly nodeIds = new NodeIds();
  readonly trust: Trust;
  readonly forwardPolicies = new Map<Family, PolicyConfig>();
  /** Counts what went wrong while nodes were brought in line: those are gone through again. */
  flaws = 0;
  /** The nodes still to be validated in this round of the background sync. */
  syncRound: NodeName[] = [];

  constructor(environment: AgentEnvironment) {
    this.environment = environment;
    this.trust = new Trust(() => environment.foreignChanges());
  }

  addPeer(record: NodeRecord): Peer {
    const peer = makePeer(record);
    this.peers.set(record.name, peer);
    return peer;
  }

  /** The SPI of the newest key; 0 before the first one was loaded. */
  get currentSpi(): number {
    return this.loaded?.key.keyId ?? 0;
  }
}

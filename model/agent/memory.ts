import type { Family } from '../address.ts';
import type { Microseconds } from '../time.ts';
import type { PolicyConfig } from '../xfrm/index.ts';
import type { AgentEnvironment } from './environment.ts';
import type { LoadedKey } from './loaded-key.ts';
import { NodeIds } from './node-ids.ts';
import type { NodeName, NodeRecord } from './node-record.ts';
import { SettledNodes } from './settled-nodes.ts';

/** What the agent's process holds in memory: all of it is lost when the process ends. */
export class AgentMemory {
  readonly environment: AgentEnvironment;
  /** The newest key. The one before is forgotten at once: its states cannot be installed again. */
  loaded: LoadedKey | undefined;
  /** When each SPI was replaced, or first seen as a foreign one (`ipSecKeysRemovalTime`). Never cleaned. */
  readonly removalTimes = new Map<number, Microseconds>();
  readonly nodes = new Map<NodeName, NodeRecord>();
  readonly nodeIds = new NodeIds();
  /** Nodes whose boot ID changed and whose states were not all rebuilt yet (`ipsecUpdateNeeded`). */
  readonly rebooted = new Set<NodeName>();
  readonly settled: SettledNodes;
  readonly forwardPolicies = new Map<Family, PolicyConfig>();
  /** Counts what went wrong while nodes were brought in line: those are gone through again. */
  flaws = 0;
  /** The nodes still to be validated in this round of the background sync. */
  syncRound: NodeName[] = [];

  constructor(environment: AgentEnvironment) {
    this.environment = environment;
    this.settled = new SettledNodes(() => environment.foreignChanges());
  }

  /** The SPI of the newest key; 0 before the first one was loaded. */
  get currentSpi(): number {
    return this.loaded?.key.keyId ?? 0;
  }
}

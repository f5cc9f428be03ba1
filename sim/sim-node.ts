import type { Address } from '../model/address.ts';
import {
  type AgentInput,
  type AgentProfile,
  agentProfiles,
  type NodeName,
  type NodeRecord,
  type Operation,
  type OperationResult,
} from '../model/agent/index.ts';
import type { StateOf } from '../model/chart.ts';
import { nodeChart } from '../model/cluster/index.ts';
import { int32Column } from '../model/columns.ts';
import { type AddressBook, DatapathMaps } from '../model/datapath/index.ts';
import type { Microseconds } from '../model/time.ts';
import {
  type KernelProfile,
  kernelProfiles,
  type Xfrm,
  type XfrmCounter,
} from '../model/xfrm/index.ts';
import type { AgentSettings, ClusterPlan, Fault, NodePlan } from './scenario.ts';

/** Makes the XFRM of a node's kernel, at each boot. */
export type KernelFactory = (profile: KernelProfile, node: NodeName) => Xfrm;

/** The agent of a node, as the rest of the world deals with it: a process that comes and goes. */
export interface NodeAgent {
  readonly isRunning: boolean;
  readonly isPaused: boolean;
  /** The key file was replaced while the process started, and it has loaded none since. */
  readonly missesKeyFile: boolean;
  /** Starts a process, which finds what its node and its registry hold now. */
  start(firstReclaimAfter: Microseconds, checkpoint: readonly NodeRecord[]): void;
  /** Ends the process, if there is one. */
  stop(): void;
  pause(): void;
  resume(): void;
  /** What the node is told; its own timers go to the lane that they were set for. */
  tell(input: Exclude<AgentInput, { kind: 'timer' }>): void;
  /** Does an operation at once if it takes no time. */
  answerNow(operation: Operation): OperationResult | undefined;
}

/** A fault that makes operations fail, and how often it still does. */
export interface PendingFailure {
  readonly fault: Extract<Fault, { kind: 'failOperation' }>;
  left: number;
}

/** One node of the run: its machine, its kernel, its maps, and what disturbs it now. */
export class SimNode {
  readonly index: number;
  readonly clusterIndex: number;
  readonly cluster: ClusterPlan;
  readonly name: NodeName;
  /** Replaced where the node takes over the addresses of another. */
  plan: NodePlan;
  state: StateOf<typeof nodeChart> = nodeChart.initial;
  bootId = '';
  boots = 0;
  /** What the next start of the agent runs with. */
  profile: AgentProfile;
  settings: AgentSettings;
  /** Whose eBPF programs are loaded: they outlive the agent that loaded them. */
  datapathProfile: AgentProfile;
  xfrm: Xfrm;
  maps: DatapathMaps;
  readonly #addressBook: AddressBook;
  readonly #makeKernel: KernelFactory;
  /** The counters of earlier boots: a reboot sets `/proc/net/xfrm_stat` back to zero. */
  readonly #earlierCounters = new Map<XfrmCounter, number>();
  /** How many states each SPI has in the kernel. */
  readonly statesBySpi = int32Column(256);
  #stateCount = 0;
  /** The key ID that the agent has in memory; 0 before it loaded one. */
  loadedKeyId = 0;
  /** How often a fault changed the kernel's XFRM or the maps behind the agent's back. */
  foreignChanges = 0;
  /** The keys in use when they were last counted, and whether a state came or went since. */
  keysInUse = 0;
  statesChanged = false;
  agent: NodeAgent | undefined = undefined;
  /** Until when faults keep the agent from starting. */
  agentDownUntil: Microseconds = 0;

  /** Faults: how many times as long each operation takes, and what else goes wrong now. */
  slowness = 1;
  memoryDropPerMille = 0;
  /** How long a received packet waits for its decryption. */
  cryptoLatency: Microseconds = 0;
  /** Whether Cilium's program is attached where encrypted packets arrive. */
  isDecrypting = true;
  podsDeleted = 0;
  routeRacePerMille = 0;
  readonly failures: PendingFailure[] = [];

  constructor(place: {
    readonly index: number;
    readonly clusterIndex: number;
    readonly cluster: ClusterPlan;
    readonly plan: NodePlan;
    readonly addressBook: AddressBook;
    readonly makeKernel: KernelFactory;
  }) {
    this.index = place.index;
    this.clusterIndex = place.clusterIndex;
    this.cluster = place.cluster;
    this.plan = place.plan;
    this.name = `${place.cluster.name}/${place.plan.name}` as NodeName;
    this.profile = agentProfiles[place.cluster.release];
    this.datapathProfile = this.profile;
    this.settings = place.cluster.settings;
    this.#addressBook = place.addressBook;
    this.#makeKernel = place.makeKernel;
    this.xfrm = this.#freshKernel();
    this.maps = new DatapathMaps(place.addressBook);
  }

  get clusterName(): string {
    return this.cluster.name;
  }

  get shortName(): string {
    return this.plan.name;
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Whether the node is of its cluster now, be it up or down. */
  get isMember(): boolean {
    return this.state !== 'absent' && this.state !== 'gone';
  }

  /** Whether the kernel holds states of any key but the one loaded. */
  get holdsOldStates(): boolean {
    return this.#stateCount !== this.statesBySpi[this.loadedKeyId];
  }

  countStates(spi: number, change: 1 | -1): void {
    const index = spi & 0xff;
    this.statesChanged = true;
    this.statesBySpi[index] = (this.statesBySpi[index] as number) + change;
    this.#stateCount += change;
  }

  record(keyId: number): NodeRecord {
    const { internalIp, ciliumInternalIp, podCidr } = this.plan;
    return { name: this.name, internalIp, ciliumInternalIp, podCidr, bootId: this.bootId, keyId };
  }

  /** The IPv4 address by which the datapath knows the node of a pod. */
  get tunnelEndpoint(): Address | undefined {
    return this.plan.internalIp[4];
  }

  /** A reboot: XFRM and the eBPF maps are in memory, and gone. */
  loseKernelState(): void {
    for (const [counter, value] of this.xfrm.counters()) {
      this.#earlierCounters.set(counter, (this.#earlierCounters.get(counter) ?? 0) + value);
    }
    this.xfrm = this.#freshKernel();
    this.maps = new DatapathMaps(this.#addressBook);
    this.statesBySpi.fill(0);
    this.#stateCount = 0;
    this.statesChanged = true;
    this.loadedKeyId = 0;
  }

  /** All that `/proc/net/xfrm_stat` counted, over all boots of the run. */
  counterTotals(): ReadonlyMap<XfrmCounter, number> {
    const totals = new Map(this.#earlierCounters);
    for (const [counter, value] of this.xfrm.counters()) {
      totals.set(counter, (totals.get(counter) ?? 0) + value);
    }
    return totals;
  }

  #freshKernel(): Xfrm {
    return this.#makeKernel(kernelProfiles[this.cluster.kernel], this.name);
  }
}

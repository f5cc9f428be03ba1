import type { Address, Family, Prefix } from '../model/address.ts';
import type { Operation } from '../model/agent/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import type { Microseconds } from '../model/time.ts';
import type { Errno, KernelName, PolicyDirection } from '../model/xfrm/index.ts';
import type { Delay } from './delay.ts';
import type { Expectation } from './expectation.ts';
import type { Lesson } from './lesson.ts';
import type { NodeSelector } from './selector.ts';

/** All that decides a run, but for the code: plain data, every default filled in. */
export interface Scenario {
  readonly title: string;
  readonly lesson: Lesson;
  readonly seed: string;
  readonly clusters: readonly ClusterPlan[];
  readonly delays: Delays;
  /** Later ones win. */
  readonly delayOverrides: readonly DelayOverride[];
  readonly traffic: readonly TrafficPlan[];
  readonly procedure: readonly Step[];
  readonly faults: readonly FaultPlan[];
  readonly limits: Limits;
  readonly expect: Expectation;
  /** What heals what the procedure and the faults have left; undefined where nothing has to. */
  readonly remedy: Remedy | undefined;
}

export type Routing = 'native' | 'tunnel';
/** Where the agents of a cluster publish their nodes: CiliumNode objects, or etcd. */
export type RegistryKind = 'crd' | 'kvstore';

export interface ClusterPlan {
  readonly name: string;
  /** The ClusterMesh ID, 1 to 255. */
  readonly id: number;
  readonly release: CiliumRelease;
  /** The name of another agent than the release's own: see agents/. */
  readonly agent: string | undefined;
  readonly kernel: KernelName;
  readonly routing: Routing;
  readonly registry: RegistryKind;
  readonly settings: AgentSettings;
  /** The key secret's text before the run. All clusters of a mesh start with the same by default. */
  readonly secret: string;
  readonly nodes: readonly NodePlan[];
  readonly podsPerNode: number;
  /** The nodes' devices; encrypted packets arrive at the first one. `eth0` where not given. */
  readonly devices?: readonly string[];
}

/** The agent's flags that matter here, with the agent's own defaults. */
export interface AgentSettings {
  /** `ipsec-key-rotation-duration`, 5 min by default. */
  readonly rotationDuration: Microseconds;
  /** `enable-ipsec-key-watcher`. */
  readonly keyWatcher: boolean;
  /** `enable-ipv4` and `enable-ipv6`. */
  readonly families: readonly Family[];
  /** `encrypt-interface`; where it is not given, the agent takes that of the default route. */
  readonly encryptInterface?: string;
}

export type PerFamily<Value> = Readonly<Partial<Record<Family, Value>>>;

export interface NodePlan {
  /** Unique in its cluster. `cluster/name` names it in the whole mesh. */
  readonly name: string;
  readonly internalIp: PerFamily<Address>;
  /** The address of `cilium_host`: the ends of the tunnel in pod-CIDR modes. */
  readonly ciliumInternalIp: PerFamily<Address>;
  readonly podCidr: PerFamily<Prefix>;
  /** `/proc/sys/kernel/random/boot_id`; drawn from the seed where not given. */
  readonly bootId: string | undefined;
  /** Whether the node is there from the start, or only after a `join` or `replace` fault. */
  readonly present: boolean;
}

/** The delays of the model, by their names in the glossary. */
export interface Delays {
  /** Secret written at the API server, to new file in the agent's pod. Per node and write. */
  readonly secretSync: Delay;
  /** New file, to the agent reading it. */
  readonly load: Delay;
  /** For each XFRM state added. */
  readonly install: Delay;
  /** Local node object, to its registry. */
  readonly publish: Delay;
  /** Registry, to one agent that watches it. */
  readonly watch: Delay;
  /** One cluster's registry, to what another cluster's agents watch. */
  readonly mesh: Delay;
  /** A packet in flight. */
  readonly latency: Delay;
  /** The period of the stale-key reclaimer. */
  readonly reclaimInterval: Microseconds;
}

/** The delays that may differ from node to node or from link to link. */
export type LocalDelay = Exclude<keyof Delays, 'reclaimInterval'>;

export interface DelayOverride {
  readonly delay: LocalDelay;
  readonly value: Delay;
  /** The node, or the nodes, whose delay this is: the receiver of `watch`, the sender of `latency`. */
  readonly at: NodeSelector;
  /** The far end, for `watch`, `mesh` and `latency`: the watched node, or the packet's receiver. */
  readonly from: NodeSelector;
}

/** Probes from each pod of one set of nodes to the pods of another; a pair on the same node is left out. */
export interface TrafficPlan {
  readonly from: NodeSelector;
  readonly to: NodeSelector;
  readonly every: Microseconds;
  readonly families: readonly Family[];
  readonly startsAt: Microseconds;
  readonly stopsAt: Microseconds | undefined;
  /** Whether pods go on to send to those of a node that has left: clients hear of it late. */
  readonly toGone?: boolean;
}

/** One thing that the operator does; the next one starts when it is done. */
export type Step =
  | { readonly kind: 'wait'; readonly duration: Microseconds }
  | {
      readonly kind: 'waitUntil';
      readonly condition: Condition;
      readonly timeout: Microseconds;
    }
  /** The documented shell procedure; with several clusters, one new secret written to each of them at once. */
  | { readonly kind: 'rotate'; readonly clusters: readonly string[] }
  | { readonly kind: 'writeSecret'; readonly cluster: string; readonly text: string }
  | { readonly kind: 'copySecret'; readonly from: string; readonly to: string }
  | { readonly kind: 'deleteSecret'; readonly cluster: string }
  /** Changes the configuration; an agent has it from its next start on. */
  | {
      readonly kind: 'configure';
      readonly cluster: string;
      readonly settings: Partial<AgentSettings>;
    }
  /** Restarts the agents one after another, `interval` apart, each on the new release. */
  | {
      readonly kind: 'upgrade';
      readonly nodes: NodeSelector;
      readonly release: CiliumRelease;
      readonly downtime: Microseconds;
      readonly interval: Microseconds;
    }
  | { readonly kind: 'act'; readonly fault: Fault }
  /** Every pod probes every other one in all common families, on top of the scenario's traffic. */
  | {
      readonly kind: 'probe';
      readonly every: Microseconds;
      readonly duration: Microseconds;
    };

export type Condition =
  /** Every running node of the selector has loaded this key ID. */
  | { readonly kind: 'keyLoaded'; readonly nodes: NodeSelector; readonly keyId: number }
  /** Every running node of the selector shows this many keys in use. */
  | { readonly kind: 'keysInUse'; readonly nodes: NodeSelector; readonly count: number }
  /** No rotation is under way: every node of the clusters has one key ID, and no old state is left. */
  | { readonly kind: 'settled'; readonly nodes: NodeSelector };

export interface FaultPlan {
  readonly at: Microseconds;
  readonly fault: Fault;
}

export type Fault =
  | { readonly kind: 'reboot'; readonly nodes: NodeSelector; readonly downtime: Microseconds }
  /** A clean stop and start: the node checkpoint is written. */
  | { readonly kind: 'restartAgent'; readonly nodes: NodeSelector; readonly downtime: Microseconds }
  /** The same without the clean stop. */
  | { readonly kind: 'crashAgent'; readonly nodes: NodeSelector; readonly downtime: Microseconds }
  /** The agent's process stands still; the kernel goes on. */
  | { readonly kind: 'pauseAgent'; readonly nodes: NodeSelector; readonly duration: Microseconds }
  /** Every operation of the agent takes `factor` times as long. */
  | {
      readonly kind: 'slowNode';
      readonly nodes: NodeSelector;
      readonly factor: number;
      readonly duration: Microseconds;
    }
  | { readonly kind: 'partition'; readonly link: Link; readonly duration: Microseconds }
  | {
      readonly kind: 'delayLink';
      readonly link: Link;
      readonly extra: Microseconds;
      readonly duration: Microseconds;
    }
  | { readonly kind: 'join'; readonly nodes: NodeSelector }
  | { readonly kind: 'leave'; readonly nodes: NodeSelector }
  /** The node leaves and `by`, an absent node of the same cluster, joins with its addresses. */
  | { readonly kind: 'replace'; readonly nodes: NodeSelector; readonly by: string }
  /** Packets in flight to the pods find no one; one in `routeRacePerMille` hits the route race. */
  | {
      readonly kind: 'deletePods';
      readonly nodes: NodeSelector;
      readonly duration: Microseconds;
      readonly routeRacePerMille: number;
    }
  /** `dropPerMille` of 1,000 received packets find no memory. */
  | {
      readonly kind: 'memoryPressure';
      readonly nodes: NodeSelector;
      readonly duration: Microseconds;
      readonly dropPerMille: number;
    }
  /** The kernel hands received packets to a crypto engine, which takes `latency` for each. */
  | {
      readonly kind: 'asyncCrypto';
      readonly nodes: NodeSelector;
      readonly duration: Microseconds;
      readonly latency: Microseconds;
    }
  /** What a long life does: the last number sent with every output state, and received by its peer. */
  | { readonly kind: 'setSequenceNumber'; readonly nodes: NodeSelector; readonly number: number }
  /** `ip xfrm state deleteall`, one direction of it. */
  | {
      readonly kind: 'deleteXfrmStates';
      readonly nodes: NodeSelector;
      readonly direction: 'in' | 'out';
    }
  /** `ip xfrm policy deleteall`, one direction of it; policies that block stay. */
  | {
      readonly kind: 'deleteXfrmPolicies';
      readonly nodes: NodeSelector;
      readonly direction: PolicyDirection;
    }
  /** `ip xfrm policy add`: without a template, for all that is for the nodes' own pods. */
  | {
      readonly kind: 'addXfrmPolicy';
      readonly nodes: NodeSelector;
      readonly direction: 'in' | 'fwd';
      readonly action: 'allow' | 'block';
    }
  /** The next `times` operations of this kind fail. */
  | {
      readonly kind: 'failOperation';
      readonly nodes: NodeSelector;
      readonly operation: Operation['kind'];
      readonly errno: Exclude<Errno, 'ok'>;
      readonly times: number;
    };

/** What can be cut or slowed down. */
export type Link =
  /** API server to the kubelet of a node. */
  | { readonly kind: 'secret'; readonly nodes: NodeSelector }
  /** Node to its registry. */
  | { readonly kind: 'publish'; readonly nodes: NodeSelector }
  /** Registry to a node. */
  | { readonly kind: 'watch'; readonly nodes: NodeSelector }
  /** One cluster's registry to another cluster. */
  | { readonly kind: 'mesh'; readonly from: string; readonly to: string }
  /** Packets between nodes. */
  | { readonly kind: 'network'; readonly from: NodeSelector; readonly to: NodeSelector };

/** Reaching one ends the run without a verdict. */
export interface Limits {
  readonly events: number;
  readonly time: Microseconds;
}

/**
 * What is done about the state that the procedure leaves behind. After it all is well: see `heal` in
 * properties/.
 */
export interface Remedy {
  readonly procedure: readonly Step[];
  /** At the end of it; instants count from the start of the run, and so do counters. */
  readonly expect: Expectation;
}

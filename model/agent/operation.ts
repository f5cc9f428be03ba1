import type { Address } from '../address.ts';
import type { Microseconds } from '../time.ts';
import type {
  Errno,
  Mark,
  PolicyConfig,
  PolicyIdentity,
  StateConfig,
  XfrmPolicy,
  ListedState,
} from '../xfrm/index.ts';
import type { NodeRecord } from './node-record.ts';

/** What an agent asks its node to do. Each is answered before the agent goes on. */
export type Operation =
  | { readonly kind: 'xfrmStateAdd'; readonly state: StateConfig }
  | { readonly kind: 'xfrmStateUpdate'; readonly state: StateConfig }
  | { readonly kind: 'xfrmStateDelete'; readonly state: DeletedState }
  /** The state with exactly this source, destination, SPI and mark, as found in a dump. */
  | {
      readonly kind: 'xfrmStateFind';
      readonly source: Address;
      readonly destination: Address;
      readonly spi: number;
      readonly mark: Mark;
    }
  | { readonly kind: 'xfrmStateList' }
  | { readonly kind: 'xfrmPolicyUpdate'; readonly policy: PolicyConfig }
  | { readonly kind: 'xfrmPolicyDelete'; readonly policy: PolicyIdentity }
  | { readonly kind: 'xfrmPolicyList' }
  /** `cilium_node_map_v2`: address to node ID and key ID. */
  | {
      readonly kind: 'nodeMapUpdate';
      readonly address: Address;
      readonly nodeId: number;
      readonly keyId: number;
    }
  | { readonly kind: 'nodeMapDelete'; readonly address: Address }
  /** `cilium_encrypt_state`, index 0. */
  | { readonly kind: 'encryptMapUpdate'; readonly keyId: number }
  /** `cilium_ipcache`: a remote pod's address to its key ID. */
  | { readonly kind: 'endpointMapUpdate'; readonly address: Address; readonly keyId: number }
  | { readonly kind: 'endpointMapDelete'; readonly address: Address }
  /** The local node's record, sent to its registry when the agent has time for it. */
  | {
      readonly kind: 'publish';
      readonly keyId: number;
      /** Where the record is to say something else than what is so; Cilium's own agent never does. */
      readonly instead?: Partial<NodeRecord>;
    }
  | { readonly kind: 'setTimer'; readonly timer: AgentTimer; readonly after: Microseconds }
  /** Two marks that change nothing: the key in memory is this one; all known nodes were gone through. */
  | { readonly kind: 'keyLoaded'; readonly keyId: number }
  | { readonly kind: 'allNodesValidated'; readonly keyId: number }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  /** The process ends here. Never answered: nothing follows it. */
  | { readonly kind: 'exit'; readonly cause: ExitCause; readonly message: string };

/** A state as DELSA names it, and its source, which the kernel does not look at. */
export type DeletedState = Pick<ListedState, 'source' | 'destination' | 'spi' | 'mark'>;

/**
 * `failure`: the agent gave up. `panic`: it crashed. `unmodelled`: a real agent would go on in a way
 * that the model does not follow, so that no verdict can rest on what comes after.
 */
export type ExitCause = 'failure' | 'panic' | 'unmodelled';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** The agent's own alarms: the stale-key reclaimer, and one step of the background sync. */
export type AgentTimer = 'reclaim' | 'backgroundSync';

/** The answer to an operation. `states` and `policies` answer a list, `state` a find. */
export interface OperationResult {
  readonly errno: Errno;
  readonly state?: ListedState | undefined;
  readonly states?: Iterable<ListedState>;
  readonly policies?: Iterable<XfrmPolicy>;
}

import type { Address, Prefix } from '../address.ts';
import type { Brand } from '../brand.ts';
import type { Mark } from './mark.ts';

/**
 * Stands for the bytes of one key. Two states have equal key bytes exactly if their handles are
 * equal; the bytes themselves are made only when someone asks the key ring for them.
 */
export type KeyHandle = Brand<number, 'KeyHandle'>;

export type XfrmMode = 'tunnel' | 'transport';

/** A selector: what inner traffic a policy, or a state, is for. */
export interface Selector {
  readonly source: Prefix;
  readonly destination: Prefix;
  /** IP protocol number; 0 matches every protocol. */
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** The replay protection of a state: `legacy` (window <= 32), `bitmap`, or `esn` (RFC 4304). */
export interface ReplayShape {
  readonly kind: 'legacy' | 'bitmap' | 'esn';
  /** Packets; 0 switches the check off (`legacy` only). */
  readonly window: number;
}

/** Hard and soft limits; absent means unlimited. Times are whole seconds. */
export interface Lifetime {
  readonly hardPackets?: number;
  readonly softPackets?: number;
  readonly hardBytes?: number;
  readonly softBytes?: number;
  readonly hardAddSeconds?: number;
}

/**
 * What all states of one purpose have in common. The caller keeps one object and uses it for all
 * of them: a kernel with 4,000 states then holds it once.
 */
export interface StateShape {
  readonly mode: XfrmMode;
  readonly reqid: number;
  readonly markMask: number;
  readonly outputMark?: Mark;
  readonly replay: ReplayShape;
  readonly icvBits: number;
  /** What the kernel says to its algorithms and key, if it does not take them. */
  readonly refusal?: 'ENOSYS' | 'EINVAL';
  /** What inner traffic it is for; absent: all of `selectorFamily`. */
  readonly selector?: Selector;
  /**
   * The family of an absent selector: the state's own, as the kernel sets it where the request names
   * none, or `any` (iproute2: `flag af-unspec`).
   */
  readonly selectorFamily?: 'own' | 'any';
  readonly lifetime?: Lifetime;
  readonly encapsulation?: 'espinudp';
  /** The SA direction attribute: enforced from 6.10, ignored before. */
  readonly direction?: 'in' | 'out';
  readonly interfaceId?: number;
  readonly outputSequenceMayWrap?: boolean;
}

/** Sequence numbers that a state starts with. */
export interface SequenceSeed {
  readonly output?: number;
  readonly outputHigh?: number;
  readonly input?: number;
  readonly inputHigh?: number;
}

/** One ESP state, as a NEWSA request names it. */
export interface StateConfig {
  readonly shape: StateShape;
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  /** Bits outside the shape's mask are dropped. */
  readonly markValue: number;
  readonly key: KeyHandle;
  readonly seed?: SequenceSeed;
}

/** What names a state in GETSA and DELSA: the source address plays no part. */
export interface StateIdentity {
  readonly destination: Address;
  readonly spi: number;
  readonly mark: Mark;
}

export type PolicyDirection = 'in' | 'fwd' | 'out';

/** One transformation that a policy demands. */
export interface Template {
  /** Undefined stands for the unspecified address, which every address matches. */
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  /** 0 matches every SPI. */
  readonly spi: number;
  readonly reqid: number;
  readonly mode: XfrmMode;
  readonly optional: boolean;
}

export interface PolicyConfig {
  readonly direction: PolicyDirection;
  readonly selector: Selector;
  readonly mark: Mark;
  /** The lowest number wins. */
  readonly priority: number;
  readonly action: 'allow' | 'block';
  readonly templates: readonly Template[];
  readonly interfaceId?: number;
}

/** What names a policy: priority, action and templates play no part. */
export type PolicyIdentity = Pick<PolicyConfig, 'direction' | 'selector' | 'mark' | 'interfaceId'>;

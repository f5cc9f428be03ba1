import type { CiliumRelease } from '../../model/release.ts';
import type { Microseconds } from '../../model/time.ts';
import type { ChainTerm } from '../margin/chain.ts';
import type { NextRotation } from '../margin/next-rotation.ts';
import type { BindingKind } from '../margin/safe-duration.ts';
import type { Span } from '../margin/span.ts';
import type { DelayLimit } from './limits.ts';
import type { SequenceLife } from './sequence-life.ts';

/** What an operator is to know before a rotation. All times are in microseconds. */
export interface RotationPlan {
  readonly title: string;
  readonly nodes: number;
  readonly clusters: readonly PlannedCluster[];
  /** `inconclusive`: something happens that the closed form does not cover. */
  readonly verdict: 'safe' | 'unsafe' | 'inconclusive';
  /** Why no rotation duration is safe; undefined where one is. */
  readonly refusal: string | undefined;
  /** The smallest safe `ipsec-key-rotation-duration`, by the percentile of the delays. */
  readonly needed: readonly { readonly percentile: number; readonly duration: Microseconds }[];
  /** What the configured durations have over what they need. */
  readonly margin: Microseconds;
  /** The pair that demands the most, and the next two that demand something else. */
  readonly bindings: readonly PlannedBinding[];
  /** Announce before install; undefined where every agent installs first. */
  readonly readiness: PlannedReadiness | undefined;
  readonly steps: readonly PlannedStep[];
  readonly next: NextRotation;
  readonly sequenceNumbers: SequenceLife;
  readonly backgroundSync: Microseconds;
  readonly limits: readonly DelayLimit[];
  /** Where agents get the key by starting again: how far their restarts lie apart, and may. */
  readonly restarts: { readonly spread: Microseconds; readonly limit: Microseconds } | undefined;
  /** What the plan leaves out of account. */
  readonly unfollowed: readonly string[];
}

export interface PlannedCluster {
  readonly name: string;
  readonly nodes: number;
  readonly release: CiliumRelease;
  readonly rotationDuration: Microseconds;
}

export interface PlannedBinding {
  readonly kind: BindingKind;
  readonly sender: string;
  readonly receiver: string;
  readonly needed: Microseconds;
  readonly chain: readonly ChainTerm[];
}

export interface PlannedReadiness {
  readonly slack: Microseconds;
  readonly sender: string;
  readonly receiver: string;
  /** The receiver's. */
  readonly release: CiliumRelease;
  readonly allowed: Microseconds;
  readonly install: Microseconds;
  readonly mostNodes: number | undefined;
  /** The longest that one state may take to install. */
  readonly mostInstall: Microseconds;
}

/** A step of the procedure that writes a key, to one cluster. */
export interface PlannedStep {
  /** Its place in the procedure, from 1. */
  readonly step: number;
  readonly cluster: string;
  /** Which new key of the procedure, from 1. */
  readonly rotation: number;
  readonly keyId: number;
  /** Since the first write of the same key; the same for `latest`. */
  readonly at: Span;
  /** Since the first write of the key before; undefined: at once is early enough. */
  readonly sincePrevious: Span | undefined;
  readonly earliest: Microseconds | undefined;
  /** Later, and the configured rotation duration is too short; undefined: any time. */
  readonly latest: Microseconds | undefined;
  readonly timing: 'in time' | 'too early' | 'too late';
  /** What to see before taking the step. */
  readonly condition: string | undefined;
}

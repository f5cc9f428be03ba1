import type { Address } from '../address.ts';
import { second, type Microseconds } from '../time.ts';
import type { KeyHandle, PolicyDirection, StateConfig, StateShape, Template } from './config.ts';
import { CounterTable } from './counter-table.ts';
import { ExpiryTimers } from './expiry-timers.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { PolicyTable } from './policy-table.ts';
import type { XfrmPolicy } from './policy.ts';
import { allRouted, type Routes } from './routes.ts';
import { StateTable } from './state-table.ts';
import { activityOf, seedActivity, type StateValidity, type XfrmState } from './state.ts';

/** What a larval state has for a key. */
export const noKey = -1 as KeyHandle;

/** `net.core.xfrm_acq_expires`, by default. */
const acquireSeconds = 30;

/** The parts of one kernel's XFRM that its paths share. */
export class Kernel {
  readonly profile: KernelProfile;
  readonly routes: Routes;
  readonly states = new StateTable();
  readonly policies: PolicyTable;
  readonly counters = new CounterTable();
  readonly timers = new ExpiryTimers();
  /** Directions in which traffic without a policy is dropped (`ip xfrm policy setdefault`). */
  readonly blockedByDefault: Record<PolicyDirection, boolean> = {
    in: false,
    fwd: false,
    out: false,
  };
  /** Whether something listens for acquire messages: an IKE daemon, or `ip xfrm monitor`. */
  acquireListener = false;
  acquireSeconds = acquireSeconds;
  /** The latest time that this kernel was told. */
  now: Microseconds = 0;
  /** Grows with whatever may change what is found for a packet: states, policies, defaults. */
  changes = 0;

  constructor(profile: KernelProfile, routes: Routes) {
    this.profile = profile;
    this.routes = routes;
    this.policies = new PolicyTable(profile);
  }

  /** Deletes the states whose lifetime has ended. */
  advance(now: Microseconds): void {
    this.now = now;
    if (!this.timers.isDue(now)) return;
    this.changes += 1;
    for (const state of this.timers.take(now)) this.states.remove(state);
  }

  /** Whether what was found for a packet is found again: routes may change, and so may an order of use. */
  get remembersPaths(): boolean {
    return this.routes === allRouted && !this.profile.cachesInputStates;
  }

  insert(config: StateConfig, validity: StateValidity, now: Microseconds): void {
    const { seed, shape } = config;
    if (validity === 'valid' && seed === undefined && shape.lifetime === undefined) {
      this.states.add(config, now);
      return;
    }
    const state = this.states.addAwake(config, validity, now);
    if (seed !== undefined) seedActivity(activityOf(state), seed);
    this.armTimeLimit(state);
  }

  /**
   * The first look at a time limit comes a second after the insert; from then on it is exact.
   * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_timer_handler.
   */
  armTimeLimit(state: XfrmState): void {
    const seconds = state.shape.lifetime?.hardAddSeconds;
    if (seconds === undefined) return;
    const end = (state.addedSecond + seconds) * second + (this.now % second);
    this.timers.arm(state, Math.max(this.now + second, end));
  }

  /**
   * Asks whoever negotiates keys for a state, and holds its place with a larval one meanwhile. If
   * the template has an SPI, the larval state occupies it.
   * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_find.
   */
  acquire(
    template: Template,
    destination: Address,
    source: Address,
    policy: XfrmPolicy,
    now: Microseconds,
  ): void {
    if (!this.acquireListener) return;
    this.changes += 1;
    const shape = larvalShape(template, policy.shape.markMask, this.acquireSeconds);
    const markValue = policy.markBits;
    const config = { shape, source, destination, spi: template.spi, markValue, key: noKey };
    this.insert(config, 'acquire', now);
  }
}

/** What a larval state has of its own; the rest comes with the key. */
export function larvalShape(
  template: Pick<Template, 'mode' | 'reqid'>,
  markMask: number,
  seconds: number,
): StateShape {
  return {
    mode: template.mode,
    reqid: template.reqid,
    markMask,
    replay: { kind: 'legacy', window: 0 },
    icvBits: 0,
    lifetime: { hardAddSeconds: seconds },
  };
}

import type { Microseconds } from '../time.ts';
import type {
  KeyHandle,
  PolicyConfig,
  PolicyDirection,
  PolicyIdentity,
  SequenceSeed,
  StateConfig,
  StateIdentity,
} from './config.ts';
import type { XfrmCounter } from './counters.ts';
import type { Errno } from './errno.ts';
import { InputPath } from './input-path.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { Kernel } from './kernel.ts';
import { OutputPath } from './output-path.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import { admittedByStates, judge, judgeWithoutPolicy } from './policy-check.ts';
import type { PathMemory } from './path-memory.ts';
import type { XfrmPolicy } from './policy.ts';
import type { InputResult, OutputResult } from './result-kinds.ts';
import { allRouted, type Routes } from './routes.ts';
import * as requests from './state-requests.ts';
import type { StateQuery } from './state-table.ts';
import type { ListedState, XfrmState } from './state.ts';

const noStates: readonly XfrmState[] = [];

/**
 * The XFRM of one Linux kernel: its states (SAD), its policies (SPD), what it does to packets, and
 * the counters of `/proc/net/xfrm_stat`. Times count from the start of the run and must not go back.
 */
export class Xfrm {
  readonly #kernel: Kernel;
  readonly #output: OutputPath;
  readonly #input: InputPath;

  constructor(profile: KernelProfile, routes: Routes = allRouted) {
    this.#kernel = new Kernel(profile, routes);
    this.#output = new OutputPath(this.#kernel);
    this.#input = new InputPath(this.#kernel);
  }

  get profile(): KernelProfile {
    return this.#kernel.profile;
  }

  /** NEWSA: `ok`; EEXIST; EINVAL for a window out of range; ENOSYS for an unknown ICV length. */
  addState(config: StateConfig, now: Microseconds): Errno {
    this.#kernel.advance(now);
    this.#kernel.changes += 1;
    return requests.addState(this.#kernel, config, now);
  }

  /** UPDSA: `ok`; ESRCH; EINVAL if it would change the encapsulation. Most fields are ignored. */
  updateState(config: StateConfig): Errno {
    this.#kernel.changes += 1;
    return requests.updateState(this.#kernel, config);
  }

  /** DELSA: `ok` or ESRCH. It deletes the newest state that matches, which may be a general one. */
  deleteState(identity: StateIdentity): Errno {
    this.#kernel.changes += 1;
    return requests.deleteState(this.#kernel, identity);
  }

  /** Deletes just this state, as the kernel's own timers and flush do. */
  removeState(state: XfrmState): void {
    this.#kernel.changes += 1;
    this.#kernel.states.remove(state);
  }

  /** The state with exactly this source, destination, SPI and mark. */
  findState(query: StateQuery): ListedState | undefined {
    return this.#kernel.states.findExact(query);
  }

  /** GETSA: the state that the kernel finds for this key; as in DELSA, the source plays no part. */
  getState(identity: StateIdentity): XfrmState | undefined {
    return this.#kernel.states.locate(identity);
  }

  /** ALLOCSPI for one SPI: `ok`, or ENOENT if it is taken. The key of the request is ignored. */
  allocateSpi(config: StateConfig, now: Microseconds): Errno {
    this.#kernel.advance(now);
    this.#kernel.changes += 1;
    return requests.allocateSpi(this.#kernel, config, now);
  }

  /** NEWAE: sets the sequence numbers of a live state; `ok` or ESRCH. */
  replaceSequence(identity: StateIdentity, seed: SequenceSeed): Errno {
    return requests.replaceSequence(this.#kernel, identity, seed);
  }

  /** All states in the order of insertion. It may be changed while one walks over it. */
  states(): Iterable<XfrmState> {
    return this.#kernel.states.all();
  }

  /** The state that was added last, if it is still there. */
  get newestState(): XfrmState | undefined {
    return this.#kernel.states.newest;
  }

  /** What a dump shows of them, in the same order. It leaves the states as they are, and is quicker. */
  listStates(): Iterable<ListedState> {
    return this.#kernel.states.list();
  }

  /** The keys of all states, one for each state. */
  keys(): Iterable<KeyHandle> {
    return this.#kernel.states.keys();
  }

  get stateCount(): number {
    return this.#kernel.states.size;
  }

  /** Buckets of the kernel's state tables, as `ip -s xfrm state count` shows them. */
  get stateBuckets(): number {
    return this.#kernel.states.buckets;
  }

  /** NEWPOLICY: `ok`; EEXIST; EINVAL for a template that the kernel does not take. */
  addPolicy(config: PolicyConfig): Errno {
    this.#kernel.changes += 1;
    return this.#kernel.policies.add(config);
  }

  /** UPDPOLICY: inserts or replaces; `ok` or EINVAL. */
  upsertPolicy(config: PolicyConfig): Errno {
    this.#kernel.changes += 1;
    return this.#kernel.policies.upsert(config);
  }

  /** DELPOLICY: `ok` or ENOENT. */
  deletePolicy(identity: PolicyIdentity): Errno {
    this.#kernel.changes += 1;
    return this.#kernel.policies.delete(identity);
  }

  findPolicy(identity: PolicyIdentity): XfrmPolicy | undefined {
    return this.#kernel.policies.find(identity);
  }

  /** All policies in the order of insertion. It may be changed while one walks over it. */
  policies(): Iterable<XfrmPolicy> {
    return this.#kernel.policies.all();
  }

  get policyCount(): number {
    return this.#kernel.policies.size;
  }

  /** Deletes all states and all policies. The counters stay. */
  flush(): void {
    this.#kernel.changes += 1;
    this.#kernel.states.clear();
    this.#kernel.policies.clear();
  }

  /** `ip xfrm policy setdefault`: what becomes of traffic for which there is no policy. */
  setDefaultAction(direction: PolicyDirection, action: 'allow' | 'block'): void {
    this.#kernel.changes += 1;
    this.#kernel.blockedByDefault[direction] = action === 'block';
  }

  /**
   * Whether something listens for acquire messages, be it only `ip xfrm monitor`. Then a lookup
   * that finds no state leaves a larval one for `seconds` (`net.core.xfrm_acq_expires`).
   */
  setAcquireListener(listens: boolean, seconds = 30): void {
    this.#kernel.acquireListener = listens;
    this.#kernel.acquireSeconds = seconds;
  }

  /** Lets the kernel's timers run. Every method that takes a time does so first. */
  advance(now: Microseconds): void {
    this.#kernel.advance(now);
  }

  /**
   * Sends a packet with this mark, be it of a local socket or forwarded. A flow that sends the same
   * packet over and over may bring a memory along, which saves lookups.
   */
  output(packet: InnerPacket, mark: number, now: Microseconds, memory?: PathMemory): OutputResult {
    this.#kernel.advance(now);
    return this.#output.send(packet, mark, now, memory);
  }

  /**
   * Receives an ESP packet addressed to this kernel. `outer` are the states that already decrypted
   * it, for a tunnel inside a tunnel.
   */
  input(
    packet: EspPacket,
    mark: number,
    now: Microseconds,
    outer: readonly XfrmState[] = noStates,
    memory?: PathMemory,
  ): InputResult {
    this.#kernel.advance(now);
    return this.#input.receive(packet, mark, now, outer, memory);
  }

  /**
   * The policy check of a packet that is delivered here (`in`) or forwarded (`fwd`); the kernel
   * makes it once per consumer. Undefined: accepted. Else the counter, which has been incremented.
   * Source: Linux 6.1, net/xfrm/xfrm_policy.c, __xfrm_policy_check.
   */
  checkPolicy(
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    secpath: readonly XfrmState[],
    memory?: PathMemory,
  ): XfrmCounter | undefined {
    const state = secpath.length === 1 ? secpath[0] : undefined;
    if (memory?.isAccepted(this.#kernel, direction, packet, mark, state) === true) return undefined;
    const counter = this.#judge(direction, packet, mark, secpath);
    if (counter !== undefined) this.#kernel.counters.increment(counter);
    else memory?.noteAccepted(this.#kernel, direction, packet, mark, state);
    return counter;
  }

  /**
   * Counts what the model cannot derive because it is a race between CPUs, a lack of memory or an
   * odd device: the simulation decides when it happens (XfrmInError, XfrmFwdHdrError, XfrmOutError,
   * XfrmOutStateInvalid and the like).
   */
  countRace(name: XfrmCounter): void {
    this.#kernel.counters.increment(name);
  }

  counter(name: XfrmCounter): number {
    return this.#kernel.counters.value(name);
  }

  /** The counters that are not zero, in the order of `/proc/net/xfrm_stat`. */
  counters(): readonly [XfrmCounter, number][] {
    return this.#kernel.counters.nonZero();
  }

  #judge(
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    secpath: readonly XfrmState[],
  ): XfrmCounter | undefined {
    if (!admittedByStates(packet, secpath)) return 'XfrmInStateMismatch';
    const policy = this.#kernel.policies.lookup(direction, packet, mark);
    return policy === undefined
      ? judgeWithoutPolicy(this.#kernel.blockedByDefault[direction], secpath)
      : judge(policy, packet, secpath);
  }
}

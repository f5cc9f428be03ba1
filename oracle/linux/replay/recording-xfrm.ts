import type { Microseconds } from '../../../model/time.ts';
import {
  type EspPacket,
  type Errno,
  type InnerPacket,
  type InputResult,
  type KernelProfile,
  type OutputResult,
  type PolicyConfig,
  type PolicyDirection,
  type PolicyIdentity,
  type SequenceSeed,
  type StateConfig,
  type StateIdentity,
  Xfrm,
  type XfrmCounter,
  type XfrmState,
} from '../../../model/xfrm/index.ts';
import type { RecordedDeed, RecordedEvent, RecordedKernel, RecordedReceive } from './record.ts';

/** All that happened to the kernels of a run, in one order. */
export class Recording {
  readonly kernels: RecordedKernel[] = [];
  readonly events: RecordedEvent[] = [];
  /** Not all that a kernel is asked for comes with the time: the latest one told. */
  #now: Microseconds = 0;

  makeKernel(profile: KernelProfile, node: string): Xfrm {
    const xfrm = new RecordingXfrm(profile, (deed, now = this.#now) => {
      this.#now = now;
      this.events.push({ at: now, kernel, deed });
    });
    const kernel: RecordedKernel = {
      node,
      number: this.kernels.length + 1,
      profile,
      xfrm,
      races: xfrm.races,
    };
    this.kernels.push(kernel);
    return xfrm;
  }
}

/** The model of XFRM, which tells what it is asked. */
class RecordingXfrm extends Xfrm {
  readonly races = new Map<XfrmCounter, number>();
  readonly #tell: (deed: RecordedDeed, now?: Microseconds) => void;
  readonly #blocked: Record<PolicyDirection, boolean> = { in: false, fwd: false, out: false };
  #received: RecordedReceive | undefined;

  constructor(profile: KernelProfile, tell: (deed: RecordedDeed, now?: Microseconds) => void) {
    super(profile);
    this.#tell = tell;
  }

  override addState(state: StateConfig, now: Microseconds): Errno {
    const answer = super.addState(state, now);
    this.#tell({ kind: 'addState', state, answer }, now);
    return answer;
  }

  override updateState(state: StateConfig): Errno {
    const answer = super.updateState(state);
    this.#tell({ kind: 'updateState', state, answer });
    return answer;
  }

  override deleteState(identity: StateIdentity): Errno {
    const answer = super.deleteState(identity);
    this.#tell({ kind: 'deleteState', identity, answer });
    return answer;
  }

  /** The kernel is asked by name, which may hit a newer one: then the sides differ, and that shows. */
  override removeState(state: XfrmState): void {
    const { destination, spi, mark } = state;
    super.removeState(state);
    this.#tell({ kind: 'deleteState', identity: { destination, spi, mark }, answer: 'ok' });
  }

  override replaceSequence(identity: StateIdentity, seed: SequenceSeed): Errno {
    const shape = this.getState(identity)?.shape;
    const answer = super.replaceSequence(identity, seed);
    this.#tell({ kind: 'replaceSequence', identity, shape, seed, answer });
    return answer;
  }

  override allocateSpi(state: StateConfig, now: Microseconds): Errno {
    this.#tell({ kind: 'unsupported', what: 'ALLOCSPI' });
    return super.allocateSpi(state, now);
  }

  override setAcquireListener(listens: boolean, seconds?: number): void {
    this.#tell({ kind: 'unsupported', what: 'a listener for ACQUIRE' });
    super.setAcquireListener(listens, seconds);
  }

  override addPolicy(policy: PolicyConfig): Errno {
    const answer = super.addPolicy(policy);
    this.#tell({ kind: 'addPolicy', policy, answer });
    return answer;
  }

  override upsertPolicy(policy: PolicyConfig): Errno {
    const answer = super.upsertPolicy(policy);
    this.#tell({ kind: 'upsertPolicy', policy, answer });
    return answer;
  }

  override deletePolicy(identity: PolicyIdentity): Errno {
    const { direction, selector, mark } = identity;
    const answer = super.deletePolicy(identity);
    this.#tell({ kind: 'deletePolicy', identity: { direction, selector, mark }, answer });
    return answer;
  }

  override flush(): void {
    super.flush();
    this.#tell({ kind: 'flush' });
  }

  override setDefaultAction(direction: PolicyDirection, action: 'allow' | 'block'): void {
    super.setDefaultAction(direction, action);
    this.#blocked[direction] = action === 'block';
    this.#tell({ kind: 'setDefaults', blocked: { ...this.#blocked } });
  }

  override output(packet: InnerPacket, mark: number, now: Microseconds): OutputResult {
    const result = super.output(packet, mark, now);
    this.#tell({ kind: 'send', packet, mark, result }, now);
    return result;
  }

  override input(
    packet: EspPacket,
    mark: number,
    now: Microseconds,
    outer?: readonly XfrmState[],
  ): InputResult {
    const result = super.input(packet, mark, now, outer);
    const accepted = result.kind === 'decrypted';
    this.#received = { kind: 'receive', packet, mark, accepted, direction: 'fwd' };
    this.#tell(this.#received, now);
    return result;
  }

  override checkPolicy(
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    secpath: readonly XfrmState[],
  ): XfrmCounter | undefined {
    const counter = super.checkPolicy(direction, packet, mark, secpath);
    if (this.#received !== undefined && secpath.length > 0) {
      this.#received.direction = direction;
      this.#received.accepted &&= counter === undefined;
    }
    return counter;
  }

  override countRace(name: XfrmCounter): void {
    this.races.set(name, (this.races.get(name) ?? 0) + 1);
    super.countRace(name);
  }
}

import type { Kernel } from './kernel.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import type { XfrmState } from './state.ts';

/**
 * What a kernel found for the last packet of a flow: good for the next one for as long as nothing
 * has changed in that kernel. Linux keeps as much with a socket's route, and holds it to a number
 * that counts changes (net/xfrm/xfrm_policy.c, `xfrm_bundle_ok`). It saves lookups and nothing
 * else: numbers, windows, limits and keys are looked at for every packet.
 */
export class PathMemory {
  #kernel: Kernel | undefined = undefined;
  #changes = -1;
  #packet: InnerPacket | undefined = undefined;
  #mark = 0;
  #spi = 0;
  #state: XfrmState | undefined = undefined;
  #accepted: 'in' | 'fwd' | undefined = undefined;
  #acceptedMark = 0;

  /** The state that encrypted the last packet, if it would encrypt this one. */
  stateToSend(kernel: Kernel, packet: InnerPacket, mark: number): XfrmState | undefined {
    return this.#isAbout(kernel, packet) && this.#mark === mark ? this.#state : undefined;
  }

  /** The state that the last packet was decrypted with, if this one would be, too. */
  stateToReceive(kernel: Kernel, packet: EspPacket, mark: number): XfrmState | undefined {
    const isSame =
      this.#isAbout(kernel, packet.inner) &&
      this.#mark === mark &&
      this.#spi === packet.spi &&
      this.#state?.destination === packet.destination;
    return isSame ? this.#state : undefined;
  }

  /** Whether policies accepted the last packet, decrypted with this state, and would accept this one. */
  isAccepted(
    kernel: Kernel,
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    state: XfrmState | undefined,
  ): boolean {
    return (
      state !== undefined &&
      this.#isAbout(kernel, packet) &&
      this.#state === state &&
      this.#accepted === direction &&
      this.#acceptedMark === mark
    );
  }

  /** A state whose end depends on what passes through it is looked for each time. */
  note(kernel: Kernel, packet: InnerPacket, mark: number, state: XfrmState): void {
    const isLasting = state.shape.lifetime === undefined && kernel.remembersPaths;
    this.#kernel = isLasting ? kernel : undefined;
    this.#changes = kernel.changes;
    this.#packet = packet;
    this.#mark = mark;
    this.#spi = state.spi;
    this.#state = state;
    this.#accepted = undefined;
  }

  noteAccepted(
    kernel: Kernel,
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    state: XfrmState | undefined,
  ): void {
    if (!this.#isAbout(kernel, packet) || this.#state !== state) return;
    this.#accepted = direction;
    this.#acceptedMark = mark;
  }

  #isAbout(kernel: Kernel, packet: InnerPacket): boolean {
    return this.#kernel === kernel && this.#changes === kernel.changes && this.#packet === packet;
  }
}

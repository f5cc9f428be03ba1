import type { XfrmCounter } from './counters.ts';
import type { Errno } from './errno.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import type { XfrmState } from './state.ts';

/** What becomes of a packet that a kernel sends. */
export type OutputResult =
  /** No policy asks for encryption: the packet leaves as it is. */
  | { readonly kind: 'clear' }
  /** `mark` is the packet's mark after the state's output mark. */
  | { readonly kind: 'encrypted'; readonly packet: EspPacket; readonly mark: number }
  | OutputDrop;

/** A packet that did not leave. `errno` is what a local sender is told; `ok`: nothing. */
export interface OutputDrop {
  readonly kind: 'dropped';
  /** Undefined where the kernel drops without counting. */
  readonly counter: XfrmCounter | undefined;
  readonly errno: Errno;
}

/** What becomes of a received ESP packet. */
export type InputResult =
  | {
      readonly kind: 'decrypted';
      readonly inner: InnerPacket;
      /** The packet's mark after the state's output mark. */
      readonly mark: number;
      /** The states that decrypted it, outermost first: for `checkPolicy`. */
      readonly secpath: readonly XfrmState[];
    }
  | {
      readonly kind: 'dropped';
      /** Undefined where the kernel drops without counting. */
      readonly counter: XfrmCounter | undefined;
    };

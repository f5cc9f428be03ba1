import type { Address } from '../../../model/address.ts';
import type {
  EspDamage,
  Mark,
  PolicyConfig,
  ReplayShape,
  SequenceSeed,
  StateConfig,
  StateShape,
} from '../../../model/xfrm/index.ts';

/**
 * A step before it is known what is there to aim at: packets are made for the state that the model
 * has at a position, so that most of them mean something. A sequence stays one when steps are left
 * out, and can so be shrunk.
 */
export type Draft =
  | { readonly kind: 'addState'; readonly state: StateConfig }
  | { readonly kind: 'addPolicy'; readonly policy: PolicyConfig }
  | { readonly kind: 'upsertPolicy'; readonly policy: PolicyConfig }
  | { readonly kind: 'changeState'; readonly aim: number; readonly change: Partial<StateShape> }
  | { readonly kind: 'deleteState'; readonly aim: number; readonly mark: Mark | undefined }
  | { readonly kind: 'replaceSequence'; readonly aim: number; readonly seed: SequenceSeed }
  | { readonly kind: 'allocateSpi'; readonly state: StateConfig }
  | { readonly kind: 'deletePolicy'; readonly aim: number }
  | { readonly kind: 'setDefaults'; readonly blocked: readonly [boolean, boolean, boolean] }
  | { readonly kind: 'flush' }
  | { readonly kind: 'passSeconds'; readonly seconds: number }
  | { readonly kind: 'send'; readonly send: DraftSend; readonly race: boolean }
  | { readonly kind: 'receivePlain'; readonly to: Address; readonly mark: number }
  | { readonly kind: 'receiveBadChecksum'; readonly mark: number }
  | { readonly kind: 'receiveEsp'; readonly esp: DraftEsp; readonly depth: number }
  | { readonly kind: 'receiveBurst'; readonly esp: DraftEsp; readonly count: number };

export interface DraftSend {
  /** The state whose mark the packet takes; undefined: `mark` as it is. */
  readonly aim: number | undefined;
  readonly mark: number;
  readonly from: Address;
  readonly to: Address;
  /** Octets of the IP packet. */
  readonly length: number;
  readonly dontFragment: boolean;
}

export interface DraftEsp {
  readonly aim: number;
  /** How far above the top of the state's window the number is. */
  readonly ahead: number;
  /** Where the sender's number is wrong by whole wraps. */
  readonly wraps: number;
  readonly wrongKey: boolean;
  readonly wrongSpi: boolean;
  readonly wrongMark: boolean;
  readonly icvBits: number | undefined;
  readonly damage: EspDamage | undefined;
  readonly to: Address;
}

/** A legacy window has no high halves. */
export function seedFor(
  { kind }: ReplayShape,
  { output, input, ...high }: SequenceSeed,
): SequenceSeed {
  const low = { output: output ?? 0, input: input ?? 0 };
  return kind === 'legacy' ? low : { ...low, ...high };
}

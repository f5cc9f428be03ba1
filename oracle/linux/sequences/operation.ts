import type {
  EspPacket,
  InnerPacket,
  PolicyConfig,
  PolicyDirection,
  PolicyIdentity,
  SequenceSeed,
  StateConfig,
  StateIdentity,
  StateShape,
} from '../../../model/xfrm/index.ts';
import { espProtocol, packetBytes } from '../wire/ip-packet.ts';
import { sequenceKeyBytes } from './sequence-keys.ts';

/** One thing that is done to a kernel's XFRM, with all that it takes: nothing is left to chance. */
export type Operation =
  | { readonly kind: 'addState'; readonly state: StateConfig }
  | { readonly kind: 'updateState'; readonly state: StateConfig }
  | { readonly kind: 'deleteState'; readonly identity: StateIdentity }
  | { readonly kind: 'allocateSpi'; readonly state: StateConfig }
  | {
      readonly kind: 'replaceSequence';
      readonly identity: StateIdentity;
      readonly shape: Pick<StateShape, 'replay' | 'reqid'>;
      readonly seed: SequenceSeed;
    }
  | { readonly kind: 'addPolicy'; readonly policy: PolicyConfig }
  | { readonly kind: 'upsertPolicy'; readonly policy: PolicyConfig }
  | { readonly kind: 'deletePolicy'; readonly identity: PolicyIdentity }
  | {
      readonly kind: 'setDefaults';
      readonly blocked: Readonly<Record<PolicyDirection, boolean>>;
    }
  | { readonly kind: 'flush' }
  | { readonly kind: 'passSeconds'; readonly seconds: number }
  /** A local socket sends. */
  | { readonly kind: 'send'; readonly packet: InnerPacket; readonly mark: number }
  /** A local socket sends in two steps, and between them a state is deleted. */
  | {
      readonly kind: 'sendAndDelete';
      readonly packet: InnerPacket;
      readonly mark: number;
      readonly identity: StateIdentity;
    }
  /** A packet arrives: in clear, or an ESP packet as `nested`. */
  | { readonly kind: 'receive'; readonly packet: InnerPacket; readonly mark: number }
  /** Packets arrive so close together that no timer runs in between. */
  | {
      readonly kind: 'receiveTogether';
      readonly packets: readonly InnerPacket[];
      readonly mark: number;
    }
  /** A packet to forward whose checksum is to be made at a place where none can be. */
  | { readonly kind: 'receiveBadChecksum'; readonly packet: InnerPacket; readonly mark: number };

/** An ESP packet as something that arrives. */
export function arriving(nested: EspPacket): InnerPacket {
  const { source, destination } = nested;
  const packet = { source, destination, protocol: espProtocol, length: 0, nested };
  return { ...packet, length: packetBytes(packet, sequenceKeyBytes).length };
}

import type { Address } from '../address.ts';
import type { KeyHandle } from './config.ts';

/** A packet before encryption, or after decryption. */
export interface InnerPacket {
  readonly source: Address;
  readonly destination: Address;
  /** IP protocol number, for selectors. */
  readonly protocol: number;
  /** Octets of the whole IP packet. */
  readonly length: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Set when this packet is itself ESP (protocol 50): a tunnel inside a tunnel. */
  readonly nested?: EspPacket;
  /** IPv4's DF bit: it must not be fragmented, so it may be too long for the tunnel. */
  readonly dontFragment?: boolean;
}

/** An ESP packet on the wire, as far as XFRM can tell two of them apart. */
export interface EspPacket {
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  /** The 32 bits that travel. */
  readonly sequence: number;
  /** The high half that went into the ICV; undefined when the sender's state has no ESN. */
  readonly sequenceHigh: number | undefined;
  /** The key that made the ICV. */
  readonly key: KeyHandle;
  readonly icvBits: number;
  readonly mode: 'tunnel' | 'transport';
  readonly inner: InnerPacket;
  /** What is wrong with the packet itself; absent for all that a sound kernel sends. */
  readonly damage?: EspDamage;
  readonly encapsulation?: 'espinudp';
}

/** Ways in which a crafted packet deviates from a sound one. */
export type EspDamage =
  | { readonly kind: 'truncated'; readonly octetsAfterIpHeader: number }
  | { readonly kind: 'corruptIcv' }
  | { readonly kind: 'padLength' }
  | {
      /** The ESP trailer's next header is not what the inner packet is. */
      readonly kind: 'nextHeader';
      readonly nextHeader: number;
    };

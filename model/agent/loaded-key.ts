import {
  decryptedMark,
  encryptedMark,
  inputObjectMark,
  outputObjectMark,
} from '../datapath/index.ts';
import { type IpsecKey, kernelRefusal, type KeyRing, type PskId } from '../secret/index.ts';
import type { ReplayShape, StateShape } from '../xfrm/index.ts';

/** Request IDs of Cilium's states: pod traffic, and the overlay's. */
export const defaultReqid = 1;
export const overlayReqid = 2;

/** The key that the agent has in memory, with what all states made from it have in common. */
export interface LoadedKey {
  readonly key: IpsecKey;
  readonly psk: PskId;
  readonly shapes: Readonly<
    Record<'output' | 'input' | 'overlayOutput' | 'overlayInput', StateShape>
  >;
}

export function makeLoadedKey(key: IpsecKey, keyRing: KeyRing): LoadedKey {
  const refusal = kernelRefusal(key.algorithm);
  const shapeOf = (direction: 'in' | 'out', reqid: number): StateShape => {
    const shape = acceptedShape(key, direction, reqid);
    return refusal === undefined ? shape : { ...shape, refusal };
  };
  return {
    key,
    psk: keyRing.psk(key),
    shapes: {
      output: shapeOf('out', defaultReqid),
      input: shapeOf('in', defaultReqid),
      overlayOutput: shapeOf('out', overlayReqid),
      overlayInput: shapeOf('in', overlayReqid),
    },
  };
}

/** cilium: ipsec_linux.go, `ipSecNewState`: ESN and a window of 1024, or neither for a global key. */
const extended: ReplayShape = { kind: 'esn', window: 1024 };
const unprotected: ReplayShape = { kind: 'legacy', window: 0 };

/** Of states that the kernel takes. */
function acceptedShape(key: IpsecKey, direction: 'in' | 'out', reqid: number): StateShape {
  const outgoing = direction === 'out';
  return {
    mode: 'tunnel',
    reqid,
    markMask: outgoing ? outputObjectMark(0, 0).mask : inputObjectMark(0).mask,
    outputMark: outgoing ? encryptedMark : decryptedMark,
    replay: key.perTunnel ? extended : unprotected,
    icvBits: icvBits(key),
  };
}

/** Without a truncation length, the kernel cuts hmac(sha256) to 96 bits (net/xfrm/xfrm_algo.c). */
const authenticationIcvBits = 96;

function icvBits(key: IpsecKey): number {
  return key.algorithm.kind === 'aead' ? key.algorithm.icvBits : authenticationIcvBits;
}

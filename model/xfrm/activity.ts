/**
 * What packets have done to a state: numbers, replay window, statistics. Most states of a large
 * cluster never see a packet, so a state gets this only at its first one, or with a seed.
 */
export class StateActivity {
  /** Octets of inner packets, as `ip -s xfrm state` shows them. */
  bytes = 0;
  packets = 0;
  /** The top of the replay window: low and high 32 bits. */
  topLow = 0;
  topHigh = 0;
  /** The ring of the `bitmap` and `esn` kinds; absent until a first bit is set. */
  ring: Uint32Array | undefined = undefined;
  /** The last sequence number sent: its low and high 32 bits. */
  outputLow = 0;
  outputHigh = 0;
  /** Whether a soft limit was passed. */
  dying = false;
  /** Position in the list of input states already used (6.12 and later); 0: not in it. */
  cacheRank = 0;
  /** The legacy window's word: bit d stands for the number `topLow - d`. */
  legacyBitmap = 0;
  /** Packets older than the window. */
  tooOld = 0;
  /** Packets seen before. */
  replayed = 0;
  /** Packets whose ICV was wrong. */
  failed = 0;
}

/**
 * The counters of `/proc/net/xfrm_stat`, in the order of the file (Linux, net/xfrm/xfrm_proc.c).
 * 5.10 and 6.1 have the first 28; 6.12 has 30; 7.2 has all 32.
 */
export const xfrmCounters = [
  'XfrmInError',
  'XfrmInBufferError',
  'XfrmInHdrError',
  'XfrmInNoStates',
  'XfrmInStateProtoError',
  'XfrmInStateModeError',
  'XfrmInStateSeqError',
  'XfrmInStateExpired',
  'XfrmInStateMismatch',
  'XfrmInStateInvalid',
  'XfrmInTmplMismatch',
  'XfrmInNoPols',
  'XfrmInPolBlock',
  'XfrmInPolError',
  'XfrmOutError',
  'XfrmOutBundleGenError',
  'XfrmOutBundleCheckError',
  'XfrmOutNoStates',
  'XfrmOutStateProtoError',
  'XfrmOutStateModeError',
  'XfrmOutStateSeqError',
  'XfrmOutStateExpired',
  'XfrmOutPolBlock',
  'XfrmOutPolDead',
  'XfrmOutPolError',
  'XfrmFwdHdrError',
  'XfrmOutStateInvalid',
  'XfrmAcquireError',
  'XfrmOutStateDirError',
  'XfrmInStateDirError',
  'XfrmInIptfsError',
  'XfrmOutNoQueueSpace',
] as const;

export type XfrmCounter = (typeof xfrmCounters)[number];

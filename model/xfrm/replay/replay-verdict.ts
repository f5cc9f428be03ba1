/**
 * What a replay check says of a number. All but `fresh` reject the packet as XfrmInStateSeqError;
 * `tooOld` and `replayed` have a statistic of the state of their own, `zero` has none.
 */
export type ReplayVerdict = 'fresh' | 'zero' | 'tooOld' | 'replayed';

import { type KernelProfile, type XfrmCounter, xfrmCounters } from '../../model/xfrm/index.ts';

/** The counters that sequences do not move, and why: docs/kernel.md has them too. */
const exceptions: ReadonlyMap<XfrmCounter, string> = new Map([
  ['XfrmInError', 'a race between processors, or no memory'],
  ['XfrmInPolError', 'needs SELinux'],
  ['XfrmOutBundleCheckError', 'no line of the kernel increments it'],
  ['XfrmOutPolDead', 'no line of the kernel increments it'],
  ['XfrmFwdHdrError', 'a race between processors, or no memory'],
  // Counters that 6.1 does not have.
  ['XfrmOutStateDirError', 'no sequence gives a state a direction'],
  ['XfrmInStateDirError', 'no sequence gives a state a direction'],
  ['XfrmInIptfsError', 'needs IP-TFS'],
  ['XfrmOutNoQueueSpace', 'needs IP-TFS'],
]);

const checksumReason = 'a packet whose checksum cannot be made gets as far as this in 6.1 alone';

/** Those of the counters that this kernel has. */
export function exceptionsOf({ name, counters }: KernelProfile): ReadonlyMap<XfrmCounter, string> {
  const own = xfrmCounters.slice(0, counters).flatMap((counter): [XfrmCounter, string][] => {
    const reason =
      counter === 'XfrmOutError' && name !== '6.1' ? checksumReason : exceptions.get(counter);
    return reason === undefined ? [] : [[counter, reason]];
  });
  return new Map(own);
}

/** The counters of a kernel that sequences should have moved, and none of these did. */
export function unseenCounters(
  profile: KernelProfile,
  seen: ReadonlyMap<string, number>,
): readonly XfrmCounter[] {
  const excepted = exceptionsOf(profile);
  return xfrmCounters
    .slice(0, profile.counters)
    .filter((name) => !excepted.has(name) && !seen.has(name));
}

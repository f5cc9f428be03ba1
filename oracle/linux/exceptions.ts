import { type KernelProfile, type XfrmCounter, xfrmCounters } from '../../model/xfrm/index.ts';

/** The counters that a kernel cannot be made to move on demand, and why: docs/kernel.md has them too. */
export const exceptions: ReadonlyMap<XfrmCounter, string> = new Map([
  ['XfrmInError', 'a race between processors, or no memory'],
  ['XfrmInPolError', 'needs SELinux'],
  ['XfrmOutBundleCheckError', 'no line of the kernel increments it'],
  ['XfrmOutPolDead', 'no line of the kernel increments it'],
  ['XfrmFwdHdrError', 'a race between processors, or no memory'],
]);

/** The counters of a kernel that sequences should have moved, and none of these did. */
export function unseenCounters(
  { counters }: KernelProfile,
  seen: ReadonlyMap<string, number>,
): readonly XfrmCounter[] {
  return xfrmCounters.slice(0, counters).filter((name) => !exceptions.has(name) && !seen.has(name));
}

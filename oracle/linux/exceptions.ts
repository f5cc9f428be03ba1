import { type KernelProfile, type XfrmCounter, xfrmCounters } from '../../model/xfrm/index.ts';

/** The counters that a kernel cannot be made to move on demand, and why: docs/kernel.md has them too. */
const always: readonly (readonly [XfrmCounter, string])[] = [
  ['XfrmInError', 'a race between processors, or no memory'],
  ['XfrmInPolError', 'needs SELinux'],
  ['XfrmOutBundleCheckError', 'no line of the kernel increments it'],
  ['XfrmOutPolDead', 'no line of the kernel increments it'],
  ['XfrmFwdHdrError', 'a race between processors, or no memory'],
];

export function exceptionsOf({ name }: KernelProfile): ReadonlyMap<XfrmCounter, string> {
  const exceptions = new Map(always);
  if (name !== '6.1') {
    exceptions.set(
      'XfrmOutError',
      'a packet whose checksum cannot be made gets this far in 6.1 only',
    );
  }
  if (name === '7.2') {
    exceptions.set('XfrmInIptfsError', 'needs IP-TFS');
    exceptions.set('XfrmOutNoQueueSpace', 'needs IP-TFS');
  }
  return exceptions;
}

/** The counters of a kernel that sequences should have moved, and none of these did. */
export function unseenCounters(
  profile: KernelProfile,
  seen: ReadonlyMap<string, number>,
): readonly XfrmCounter[] {
  const exceptions = exceptionsOf(profile);
  return xfrmCounters
    .slice(0, profile.counters)
    .filter((name) => !exceptions.has(name) && !seen.has(name));
}

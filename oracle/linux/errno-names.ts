import type { Errno } from '../../model/xfrm/index.ts';

/** Linux, include/uapi/asm-generic/errno.h. */
const names: ReadonlyMap<number, Errno> = new Map([
  [0, 'ok'],
  [1, 'EPERM'],
  [2, 'ENOENT'],
  [3, 'ESRCH'],
  [11, 'EAGAIN'],
  [12, 'ENOMEM'],
  [17, 'EEXIST'],
  [22, 'EINVAL'],
  [28, 'ENOSPC'],
  [38, 'ENOSYS'],
  [75, 'EOVERFLOW'],
  [90, 'EMSGSIZE'],
  [101, 'ENETUNREACH'],
  [105, 'ENOBUFS'],
  [113, 'EHOSTUNREACH'],
]);

/** The name of what a call answered; its number where the model has no name for it. */
export function errnoName(result: number): string {
  return names.get(result < 0 ? -result : 0) ?? `errno ${-result}`;
}

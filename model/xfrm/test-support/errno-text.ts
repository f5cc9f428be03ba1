import type { Errno } from '../errno.ts';

/** `strerror`, as sendto's result and iproute2's messages show it. */
export const errnoText: Readonly<Partial<Record<Errno, string>>> = {
  ok: 'ok',
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  ENOBUFS: 'No buffer space available',
  EMSGSIZE: 'Message too long',
  EOVERFLOW: 'Value too large for defined data type',
  ENETUNREACH: 'Network is unreachable',
  EHOSTUNREACH: 'No route to host',
};

/** The number that raw netlink answers, negated. */
export const errnoNumber: Readonly<Partial<Record<Errno, number>>> = {
  ok: 0,
  ENOENT: -2,
  ESRCH: -3,
  EEXIST: -17,
  EINVAL: -22,
};

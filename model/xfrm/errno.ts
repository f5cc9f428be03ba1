/** What a netlink request or a map write answers: `ok`, or the name of the errno. */
export type Errno =
  | 'ok'
  | 'EPERM'
  | 'ENOENT'
  | 'ESRCH'
  | 'EAGAIN'
  | 'ENOMEM'
  | 'EEXIST'
  | 'EINVAL'
  | 'ENOSPC'
  | 'ENOSYS'
  | 'EMSGSIZE'
  | 'EOVERFLOW'
  | 'ENOBUFS'
  | 'ENETUNREACH'
  | 'EHOSTUNREACH';

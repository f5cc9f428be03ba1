/** What the guest program can be asked for; the numbers are those of guest/guest.c. */
export const guestOperation = {
  hello: 1,
  open: 2,
  close: 3,
  writeFile: 4,
  readFile: 5,
  netlink: 6,
  tun: 7,
  inject: 8,
  send: 9,
  uncork: 10,
  drain: 11,
  capture: 12,
  counters: 13,
  settle: 14,
  clock: 15,
  bench: 16,
} as const;

export type GuestOperation = keyof typeof guestOperation;

/** Drops by the eBPF programs, by their codes in cilium: bpf/lib/drop_reasons.h. */
export const dropReasons = {
  /** `DROP_NO_NODE_ID`. */
  noNodeId: { code: 197, text: 'No node ID found' },
} as const;

export type DropReason = keyof typeof dropReasons;

/**
 * Where kernel generations differ in what XFRM does (observed on Debian's cloud kernels 5.10.262,
 * 6.1.192, 6.12.117 and 7.2.13).
 */
export interface KernelProfile {
  readonly name: KernelName;
  /** How many of `xfrmCounters` `/proc/net/xfrm_stat` shows. */
  readonly counters: number;
  /** Whether a state's direction attribute is enforced (6.10 and later). */
  readonly enforcesDirection: boolean;
  /** Whether input states once found are tried first, per CPU (6.12 and later). */
  readonly cachesInputStates: boolean;
  /** Whether a tie of priority between policies goes by age alone (6.12 and later). */
  readonly policyTiesByAge: boolean;
  /** Whether an IPv6 packet inside a tunnel state with an IPv4 selector is a mode error (5.10). */
  readonly checksInnerFamily: boolean;
  /** Whether an ESN window of 0 is allowed for an output state (6.12 and later). */
  readonly allowsEsnWindowZero: boolean;
  /** Whether an optional template with a tunnel is refused in an output policy (6.1 and later). */
  readonly refusesOptionalTunnelOut: boolean;
  /** Whether ALLOCSPI refuses an SPI that any state has, or (5.10) one of its destination and mark. */
  readonly allocatesUniqueSpis: boolean;
}

export const kernelNames = ['5.10', '6.1', '6.12', '7.2'] as const;
export type KernelName = (typeof kernelNames)[number];

const before610 = {
  counters: 28,
  enforcesDirection: false,
  cachesInputStates: false,
  policyTiesByAge: false,
  allowsEsnWindowZero: false,
} as const;

const since612 = {
  enforcesDirection: true,
  cachesInputStates: true,
  policyTiesByAge: true,
  checksInnerFamily: false,
  allowsEsnWindowZero: true,
  refusesOptionalTunnelOut: true,
  allocatesUniqueSpis: true,
} as const;

export const kernelProfiles: Readonly<Record<KernelName, KernelProfile>> = {
  '5.10': {
    name: '5.10',
    ...before610,
    checksInnerFamily: true,
    refusesOptionalTunnelOut: false,
    allocatesUniqueSpis: false,
  },
  '6.1': {
    name: '6.1',
    ...before610,
    checksInnerFamily: false,
    refusesOptionalTunnelOut: true,
    allocatesUniqueSpis: true,
  },
  '6.12': { name: '6.12', counters: 30, ...since612 },
  '7.2': { name: '7.2', counters: 32, ...since612 },
};

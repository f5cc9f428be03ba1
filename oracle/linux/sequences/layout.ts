import { address, covers, prefix } from '../../../model/address.ts';
import type { Errno, Routes } from '../../../model/xfrm/index.ts';
import { hostPrefix, type SpaceLayout } from '../kernel-space.ts';

/** The addresses that sequences are about. */
export const place = {
  local: address('198.18.0.2'),
  otherLocal: address('198.18.0.3'),
  remote: address('198.18.0.1'),
  otherRemote: address('198.18.0.7'),
  unroutable: address('192.0.2.1'),
  anywhere: address('0.0.0.0'),
  /** Where something listens, and a pod that packets are forwarded to. */
  ownService: address('10.0.2.9'),
  ownPod: address('10.0.2.7'),
  remotePod: address('10.0.1.5'),
  otherRemotePod: address('10.0.1.6'),
} as const;

const link = prefix('198.18.0.0/24');
const reachable = [link, prefix('10.0.1.0/24'), prefix('10.0.2.0/24')];

export const sequenceLayout: SpaceLayout = {
  addresses: [
    { address: place.local, length: 24 },
    { address: place.otherLocal, length: 24 },
    hostPrefix(place.ownService),
  ],
  routes: reachable.slice(1),
  hasIpv6: false,
  canHold: true,
};

export const ownAddresses = new Set([place.local, place.otherLocal, place.ownService]);

/** The routing table of the namespace, as XFRM asks it. */
export const sequenceRoutes: Routes = {
  sourceFor: (destination) =>
    reachable.some((block) => covers(block, destination)) ? place.local : undefined,
  route: (_source, destination): Errno =>
    reachable.some((block) => covers(block, destination)) ? 'ok' : 'ENETUNREACH',
  mtu: () => 1500,
};

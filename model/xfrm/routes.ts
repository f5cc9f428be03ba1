import type { Address } from '../address.ts';
import type { Errno } from './errno.ts';

/** What XFRM asks of the routing table of its kernel. */
export interface Routes {
  /** The address that packets to this destination would come from; undefined without a route. */
  sourceFor(destination: Address): Address | undefined;
  /** Whether an encrypted packet with this mark finds its way: `ok`, or the errno of the route. */
  route(source: Address, destination: Address, mark: number): Errno;
  /** The MTU of the link towards this destination, in octets. */
  mtu(destination: Address): number;
}

/** All that a simulation needs in which outer routes never fail and templates name their source. */
export const allRouted: Routes = {
  sourceFor: () => undefined,
  route: () => 'ok',
  mtu: () => Number.POSITIVE_INFINITY,
};

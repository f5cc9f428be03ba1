import type { Address } from '../../model/address.ts';

/** What is known of tunnels, by source, destination and a number: no text is made to look one up. */
export class ByTunnel<Value> {
  readonly #bySource = new Map<Address, Map<Address, Map<number, Value>>>();

  get({ source, destination }: Tunnel, number: number): Value | undefined {
    return this.#bySource.get(source)?.get(destination)?.get(number);
  }

  set({ source, destination }: Tunnel, number: number, value: Value): void {
    const byDestination = this.#bySource.get(source) ?? new Map<Address, Map<number, Value>>();
    const byNumber = byDestination.get(destination) ?? new Map<number, Value>();
    byNumber.set(number, value);
    byDestination.set(destination, byNumber);
    this.#bySource.set(source, byDestination);
  }
}

interface Tunnel {
  readonly source: Address;
  readonly destination: Address;
}

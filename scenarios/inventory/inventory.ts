import type { CiliumRelease } from '../../model/release.ts';
import type { KernelName } from '../../model/xfrm/index.ts';
import type { RegistryKind, Routing } from '../../sim/index.ts';

/** The facts of one real cluster, as an inventory file holds them. Several make a mesh. */
export interface Inventory {
  readonly apiVersion: 'keyturn/v1';
  readonly kind: 'Inventory';
  /** The ClusterMesh name, and the ClusterMesh ID: 1 to 255. */
  readonly cluster: { readonly name: string; readonly id: number };
  readonly release: CiliumRelease;
  /** Not among the facts that Cilium publishes: given by hand. */
  readonly kernel: KernelName | undefined;
  readonly routing: Routing;
  readonly registry: RegistryKind;
  readonly settings: InventorySettings;
  /** The key ID that the nodes advertise: 1 to 15. */
  readonly keyId: number;
  readonly nodes: readonly InventoryNode[];
  /** What the import assumed or did not understand, for the reader. */
  readonly notes: readonly string[];
}

/** The agent's flags, by their own names. The duration is in Go's notation: `5m`. */
export interface InventorySettings {
  readonly 'ipsec-key-rotation-duration': string;
  readonly 'enable-ipsec-key-watcher': boolean;
  readonly 'enable-ipv4': boolean;
  readonly 'enable-ipv6': boolean;
}

/** Addresses and prefixes in the canonical text of model/address.ts. */
export interface InventoryNode {
  readonly name: string;
  readonly internalIp: FamilyTexts;
  readonly ciliumInternalIp: FamilyTexts;
  readonly podCidr: FamilyTexts;
  /** Drawn from the seed where undefined. */
  readonly bootId: string | undefined;
}

export interface FamilyTexts {
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
}

/** The two families, as Cilium's flags and the inventory spell them. */
export const familyNames = ['ipv4', 'ipv6'] as const;

export type FamilyName = (typeof familyNames)[number];

/** The families that the settings enable. */
export function enabledFamilies(settings: InventorySettings): readonly FamilyName[] {
  return familyNames.filter((family) => settings[`enable-${family}`]);
}

/** The Cilium releases whose behaviour the model knows, oldest first. */
export const ciliumReleases = ['cilium-1.16', 'cilium-1.17', 'cilium-1.18', 'cilium-1.19'] as const;

export type CiliumRelease = (typeof ciliumReleases)[number];

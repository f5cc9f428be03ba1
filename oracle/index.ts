export { boot, type BootOptions } from './linux/boot.ts';
export { KernelLost, KernelMissing } from './linux/failure.ts';
export { findImage, type KernelImage } from './linux/kernel-image.ts';
export type { Machine } from './linux/machine.ts';
export { type CampaignResult, runCampaign } from './linux/sequences/campaign.ts';
export { differenceText } from './linux/sequences/difference-text.ts';

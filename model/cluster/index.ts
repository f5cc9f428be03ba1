export { ciliumNodeRecordChart } from './cilium-node-record.ts';
export { keyTimingChart } from './key-timing.ts';
export { kubeletVolumeChart } from './kubelet-volume.ts';
export { kvstoreNodeRecordChart } from './kvstore-node-record.ts';
export { meshLinkChart } from './mesh-link.ts';
export { nodeChart } from './node.ts';
export { rotationChart } from './rotation.ts';
export { secretStoreChart } from './secret-store.ts';

import { agentChart } from './agent/agent-chart.ts';
import type { Chart } from './chart.ts';
import {
  ciliumNodeRecordChart,
  keyTimingChart,
  kubeletVolumeChart,
  kvstoreNodeRecordChart,
  meshLinkChart,
  nodeChart,
  rotationChart,
  secretStoreChart,
} from './cluster/index.ts';
import { xfrmStateChart } from './xfrm/state-chart.ts';

/** Every chart of the model, in the order in which a rotation reaches them: what the docs draw. */
export const charts: readonly Chart[] = [
  rotationChart,
  secretStoreChart,
  kubeletVolumeChart,
  agentChart,
  ciliumNodeRecordChart,
  kvstoreNodeRecordChart,
  meshLinkChart,
  nodeChart,
  xfrmStateChart,
  keyTimingChart,
];

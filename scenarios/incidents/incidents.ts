import type { Incident } from './incident.ts';
import { churnIncidents } from './list/churn.ts';
import { kernelIncidents } from './list/kernel.ts';
import { plaintextIncidents } from './list/plaintext.ts';
import { rebootsIncidents } from './list/reboots.ts';
import { rotationIncidents } from './list/rotation.ts';
import { toolsIncidents } from './list/tools.ts';

/**
 * The public incidents of IPsec in Cilium that are known to have to do with keys, states, node IDs
 * or reboots, by their tiers.
 */
export const incidents: readonly Incident[] = [
  ...rotationIncidents,
  ...rebootsIncidents,
  ...churnIncidents,
  ...kernelIncidents,
  ...plaintextIncidents,
  ...toolsIncidents,
];

import { type z } from 'zod';
import { agentNames } from '../../agents/index.ts';
import { ciliumReleases } from '../../model/release.ts';
import { kernelNames } from '../../model/xfrm/index.ts';
import { mostNodes } from '../../sim/index.ts';
import { amount, clusterName, count, filledList, list, mapping, text, word } from './field.ts';
import { settingsSchema } from './settings.ts';

export const clusterSchema = mapping(
  'A cluster: so many nodes that are made up, or those of an inventory.',
  {
    name: clusterName('The name of the cluster. Selectors use it: east, east/n1.'),
    id: count('The ClusterMesh ID. Default: the place in the list, from 1.', 1, 255).optional(),
    // More than the maximum is refused in plan-clusters.ts, with the reason.
    nodes: amount('How many nodes, named n1, n2, … Instead of inventory.', 1)
      .meta({ maximum: mostNodes })
      .optional(),
    inventory: text(
      "A file with the real cluster's facts, as keyturn reads them from kubectl's output; its path counts from the scenario. Instead of nodes.",
    ).optional(),
    absent: list(
      'Names of nodes that are not there at the start: for the faults join and replace.',
      text('The name of a node.'),
    ).optional(),
    release: word(
      'The Cilium release of the agents. An inventory may say it.',
      ciliumReleases,
    ).optional(),
    agent: word(
      "An agent that is not the release's own: a mutant, which does one thing wrong.",
      agentNames,
    ).optional(),
    kernel: word(
      'The Linux kernel of the nodes. In quotes: "6.1". Default: "6.1".',
      kernelNames,
    ).optional(),
    routing: word(
      'How pod traffic goes from node to node. Default: tunnel, as in Cilium, or what the inventory says.',
      ['native', 'tunnel'],
    ).optional(),
    registry: word(
      'Where agents publish their nodes: CiliumNode objects (crd) or etcd (kvstore). Default: crd, or what the inventory says.',
      ['crd', 'kvstore'],
    ).optional(),
    podsPerNode: count(
      'Pods on each node that send and receive probes. Default: 1.',
      1,
      250,
    ).optional(),
    devices: filledList(
      "The nodes' network devices; encrypted packets arrive at the first. Default: eth0.",
      text('The name of a device.'),
    ).optional(),
    settings: settingsSchema.optional(),
    secret: text(
      'The text of the secret cilium-ipsec-keys before the run. Default: an example key with key ID 3, the same in all clusters.',
    ).optional(),
  },
);

export type ClusterEntry = z.output<typeof clusterSchema>;

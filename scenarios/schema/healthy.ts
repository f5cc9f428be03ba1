import { type z } from 'zod';
import { agentNames } from '../../agents/index.ts';
import { ciliumReleases } from '../../model/release.ts';
import { delaysSchema, trafficSchema } from './delays.ts';
import { expectSchema } from './expect.ts';
import { faultSchema } from './fault.ts';
import { cluster, filledList, list, mapping, word } from './field.ts';
import { settingsSchema } from './settings.ts';
import { stepSchema } from './step.ts';

const healthyClusterSchema = mapping('What is otherwise in one cluster.', {
  name: cluster('The cluster.'),
  release: word('Another release.', ciliumReleases).optional(),
  agent: word("Another agent; without it, the release's own.", agentNames).optional(),
  settings: settingsSchema.optional(),
});

/** What takes the place of the broken part of a scenario. Each key replaces the scenario's own. */
export const healthySchema = mapping(
  "The same run without what is broken in it: it must be safe. Default: every agent is its release's own.",
  {
    clusters: filledList(
      'The clusters in which something is otherwise. Default: all, without an agent of their own.',
      healthyClusterSchema,
    ).optional(),
    delays: delaysSchema.optional(),
    traffic: filledList('Who sends probes to whom.', trafficSchema).optional(),
    procedure: filledList('What the operator does.', stepSchema).optional(),
    faults: list('What else happens.', faultSchema).optional(),
    expect: expectSchema.prefault({ verdict: 'safe' }),
  },
);

export type HealthyEntry = z.output<typeof healthySchema>;

import { z } from 'zod';
import { ciliumReleases } from '../../model/release.ts';
import { exactlyOne, exactlyOneSchema } from './choice.ts';
import { faultShape } from './fault.ts';
import {
  amount,
  anyText,
  cluster,
  count,
  duration,
  filledList,
  flag,
  mapping,
  nodes,
  outOfRange,
  period,
  word,
} from './field.ts';
import { settingsSchema } from './settings.ts';

const conditionNames = ['keyLoaded', 'keysInUse', 'settled'];

const waitUntilSchema = mapping('Waits until a condition holds; the run fails if it never does.', {
  keyLoaded: count('Every running node has loaded this key ID.', 1, 15).optional(),
  keysInUse: amount(
    'Every running node shows so many keys in use (cilium-dbg encrypt status).',
    0,
  ).optional(),
  settled: flag('No rotation is under way, and no old state is left.')
    .refine((value) => value, {
      error: 'true',
      params: outOfRange('one cannot wait for the false', 'true'),
    })
    .optional(),
  nodes: nodes('Where it must hold. Default: all.').prefault('all'),
  timeout: period('How long at most.'),
})
  .meta(exactlyOneSchema(conditionNames))
  .check(exactlyOne('the condition', conditionNames));

const rotateExpected = 'the name of a cluster, or a list of them';

const rotatedCluster = cluster('The cluster whose secret gets a new key.');

const stepShape = {
  wait: duration('Does nothing for so long.').optional(),
  waitUntil: waitUntilSchema.optional(),
  rotate: z
    .union(
      [
        rotatedCluster.transform((one) => [one]),
        filledList('Clusters that get the same new key at once.', rotatedCluster),
      ],
      { error: rotateExpected },
    )
    .meta({
      description:
        "Cilium's documented procedure: reads the secret, writes a new key with the next key ID.",
    })
    .optional(),
  writeSecret: mapping('Writes this very text to the secret of a cluster.', {
    cluster: cluster('The cluster.'),
    text: anyText('The text, sound or not, or none at all: what an operator may have written.'),
  }).optional(),
  copySecret: mapping("Writes one cluster's secret to another cluster.", {
    from: cluster('The cluster whose secret is read.'),
    to: cluster('The cluster whose secret is written.'),
  }).optional(),
  deleteSecret: mapping('Deletes the secret of a cluster.', {
    cluster: cluster('The cluster.'),
  }).optional(),
  configure: mapping('Changes flags of the agents; each has them from its next start on.', {
    cluster: cluster('The cluster.'),
    settings: settingsSchema,
  }).optional(),
  upgrade: mapping('Restarts agents one after another, each on the new release.', {
    nodes: nodes('The nodes.'),
    release: word('The new release.', ciliumReleases),
    downtime: duration('From the stop of an agent to its start.'),
    interval: duration('From the stop of one agent to the stop of the next.'),
  }).optional(),
  probe: mapping('Every pod probes every other one, on top of the traffic.', {
    every: period('The time from one probe of a pair to its next.').prefault('1s'),
    duration: period('For how long.'),
  }).optional(),
  ...faultShape,
};

const stepNames = Object.keys(stepShape);

/** One thing that the operator does: a mapping with exactly one key. */
export const stepSchema = mapping('One thing that the operator does.', stepShape)
  .meta({ id: 'step', minProperties: 1, maxProperties: 1 })
  .check(exactlyOne('the step', stepNames));

export type StepEntry = z.output<typeof stepSchema>;

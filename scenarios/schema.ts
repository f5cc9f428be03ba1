import { z } from 'zod';
import { clusterSchema } from './schema/cluster.ts';
import { delaysSchema, trafficSchema } from './schema/delays.ts';
import { expectSchema, limitsSchema, remedyExpectSchema } from './schema/expect.ts';
import { faultSchema } from './schema/fault.ts';
import { filledList, list, mapping, text } from './schema/field.ts';
import { lessonShape } from './schema/lesson.ts';
import { healthySchema } from './schema/healthy.ts';
import { stepSchema } from './schema/step.ts';

const remedySchema = mapping('What to do about it.', {
  text: text('In words.'),
  procedure: filledList(
    'The steps that heal what the run has left. After them every pod must reach every other one, and no counter may move.',
    stepSchema,
  ).optional(),
  expect: remedyExpectSchema.optional(),
});

const seedExpected = 'a whole number or a text';

/** The scenario file. What names mean across it (clusters, nodes) is checked in check-names.ts. */
export const scenarioSchema = mapping(
  'A scenario: clusters, what is done to them, what must come of it.',
  {
    title: text('What happens, in a few words.'),
    ...lessonShape,
    seed: z
      .union([z.int(), z.string().min(1, { error: seedExpected })], { error: seedExpected })
      .meta({ description: 'All that is drawn at random comes from it. Default: 1.' })
      .prefault(1),
    clusters: filledList('The clusters; several of them form a mesh.', clusterSchema),
    delays: delaysSchema.prefault({}),
    traffic: list(
      'Who sends probes to whom. Default: every pod to every pod, once a second.',
      trafficSchema,
    ).prefault([{}]),
    procedure: list('What the operator does, step after step.', stepSchema).prefault([]),
    faults: list('What else happens, and when.', faultSchema).prefault([]),
    expect: expectSchema.prefault({}),
    remedy: remedySchema.optional(),
    healthy: healthySchema.optional(),
    limits: limitsSchema.prefault({}),
  },
);

/** A scenario file as its author writes it, once YAML is read. */
export type ScenarioFile = z.input<typeof scenarioSchema>;

/** A scenario file whose shape is right, with texts read and defaults filled in. */
export type ScenarioEntries = z.output<typeof scenarioSchema>;

/** The JSON Schema of the scenario file, as scenarios/schema.json publishes it. */
export function scenarioJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, { io: 'input' });
  return { $schema, $id: 'urn:keyturn:scenario', title: 'keyturn scenario', ...schema };
}

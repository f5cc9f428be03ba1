import { z } from 'zod';
import { dropReasons } from '../../model/datapath/index.ts';
import { xfrmCounters } from '../../model/xfrm/index.ts';
import { amount, duration, list, mapping, nodes, period, word } from './field.ts';

/** What may be counted: the kernel's XFRM counters, and Cilium's drop reasons by their texts. */
const counterNames = [...xfrmCounters, ...Object.values(dropReasons).map((reason) => reason.text)];

const counterNote = `By the names of /proc/net/xfrm_stat, or a drop reason of Cilium (${Object.values(
  dropReasons,
)
  .map((reason) => `"${reason.text}"`)
  .join(', ')}).`;

const nodeCountersSchema = z
  .partialRecord(
    z.enum(counterNames, { error: `one of: ${counterNames.join(', ')}` }),
    amount('How many packets.', 0),
    { error: 'a mapping from counters to numbers' },
  )
  .meta({ description: counterNote });

const nodeExpected = 'a node of a cluster, such as east/n1';

export const expectSchema = mapping('What the run must show; else the scenario fails.', {
  verdict: word('Whether the procedure is safe for these clusters.', ['safe', 'unsafe']).optional(),
  counters: z
    .record(z.string().regex(/^[^/]+\/[^/]+$/, { error: nodeExpected }), nodeCountersSchema, {
      error: 'a mapping from nodes to their counters',
    })
    .meta({
      description:
        'The exact counters of nodes (east/n1) at the end; a counter that is left out is 0.',
    })
    .optional(),
  keysInUse: list(
    'How many keys nodes show at an instant (cilium-dbg encrypt status).',
    mapping('Keys in use at an instant.', {
      at: duration('When, from the start of the run.'),
      nodes: nodes('On which nodes. Default: all.').prefault('all'),
      count: amount('How many, on each of them.', 0),
    }),
  ).optional(),
});

export const limitsSchema = mapping('Bounds of the run: reaching one ends it without a verdict.', {
  events: amount('How many events.', 1).prefault(50_000_000),
  time: period('How much virtual time.').prefault('24h'),
});

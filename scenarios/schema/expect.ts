import { z } from 'zod';
import { dropReasons } from '../../model/datapath/index.ts';
import { xfrmCounters } from '../../model/xfrm/index.ts';
import type { Expectation } from '../../sim/index.ts';
import { selectorExpected, selectorPattern } from '../selector-text.ts';
import { amount, count, duration, list, mapping, nodes, period, text, word } from './field.ts';

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

const uncountedFates = ['plaintext', 'noEndpoint', 'nodeDown', 'networkCut', 'uncounted'] as const;

const uncountedSchema = z
  .partialRecord(
    z.enum(uncountedFates, { error: `one of: ${uncountedFates.join(', ')}` }),
    amount('How many packets.', 0),
    { error: 'a mapping from fates to numbers' },
  )
  .meta({
    description:
      'plaintext: left the node unencrypted; noEndpoint: for a pod that is gone; nodeDown, networkCut: never got there; uncounted: dropped by XFRM without a counter.',
  });

function byNodes<Value extends z.core.SomeType>(description: string, value: Value) {
  return z
    .record(z.string().regex(new RegExp(selectorPattern), { error: selectorExpected }), value, {
      error: 'a mapping from nodes to numbers',
    })
    .meta({ description: `${description} Keys: all, east or east/n1; the narrowest counts.` });
}

const inspected = nodes('On which nodes. Default: all.').prefault('all');
const instant = duration('When, from the start of the run.');

const observations = {
  counters: byNodes(
    'The exact counters of nodes at the end; a counter that is left out is 0.',
    nodeCountersSchema,
  ).optional(),
  uncounted: byNodes(
    'Packets at the end that no counter tells of; what is left out is 0.',
    uncountedSchema,
  ).optional(),
  keysInUse: list(
    'How many keys nodes show at an instant (cilium-dbg encrypt status).',
    mapping('Keys in use at an instant.', {
      at: instant,
      nodes: inspected,
      count: amount('How many, on each of them.', 0),
    }),
  ).optional(),
  maxSequenceNumber: list(
    'The "Max Seq. Number" that nodes show at an instant (cilium-dbg encrypt status).',
    mapping('The largest sequence number at an instant.', {
      at: instant,
      nodes: inspected,
      value: count('The number; 0 where nothing was sent.', 0, 0xffff_ffff),
    }),
  ).optional(),
  logs: list(
    'How often agents say something, in their logs or as their last words before they exit.',
    mapping('A message, and how often it is there.', {
      nodes: inspected,
      message: text('A part of the message.'),
      count: amount('How many lines on each of the nodes, to the end of the run.', 0),
    }),
  ).optional(),
  recordWrites: list(
    'How many node records are written at once: each write goes on to every node that watches.',
    mapping('The most node records in one second.', {
      nodes: nodes('Whose records, all of them together. Default: all.').prefault('all'),
      busiestSecond: amount('How many, in the second with the most of them.', 0),
    }),
  ).optional(),
};

export const expectSchema = mapping('What the run must show; else the scenario fails.', {
  verdict: word('Whether the procedure is safe for these clusters.', ['safe', 'unsafe']).optional(),
  causes: list(
    'What the chain of causes behind the first loss must name.',
    text('A part of one of its lines.'),
  ).optional(),
  refused: text(
    'For a scenario that must not even be loaded: the code of the error, such as TOO_MANY_NODES.',
  ).optional(),
  ...observations,
});

export const remedyExpectSchema = mapping(
  'What the end of the remedy must show, besides that every pair delivers and no counter moves. Instants and counters count from the start of the run.',
  observations,
);

type ObservationsEntry = z.output<typeof remedyExpectSchema>;

/** The expectation that an entry describes; of a remedy, it says no verdict. */
export function buildExpectation(
  entry: ObservationsEntry & {
    readonly verdict?: Expectation['verdict'];
    readonly causes?: readonly string[] | undefined;
  },
): Expectation {
  return {
    verdict: entry.verdict,
    causes: entry.causes ?? [],
    counters: entry.counters ?? {},
    uncounted: entry.uncounted ?? {},
    keysInUse: entry.keysInUse ?? [],
    maxSequenceNumber: entry.maxSequenceNumber ?? [],
    logs: entry.logs ?? [],
    recordWrites: entry.recordWrites ?? [],
  };
}

export const limitsSchema = mapping('Bounds of the run: reaching one ends it without a verdict.', {
  events: amount('How many events.', 1).prefault(50_000_000),
  time: period('How much virtual time.').prefault('24h'),
});

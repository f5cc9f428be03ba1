import type { Check, Rehearsal } from '../properties/index.ts';

/** The version of the JSON that programs read: it grows when a field changes its meaning or goes. */
const formatVersion = 1;

/** One run as JSON; times are in microseconds. */
export function runJson(rehearsal: Rehearsal): string {
  return `${JSON.stringify({ formatVersion, ...runFields(rehearsal) }, null, 2)}\n`;
}

/** Many runs as JSON: a line each, and the worst in full. */
export function checkJson(check: Check): string {
  const { worst, ...summary } = check;
  return `${JSON.stringify({ formatVersion, ...summary, worst: runFields(worst) }, null, 2)}\n`;
}

function runFields({ run, verdict, deviations, timeline }: Rehearsal): object {
  const { digest, end, events, packets, losses, scenario } = run;
  return {
    title: scenario.title,
    seed: scenario.seed,
    verdict,
    deviations,
    digest,
    end,
    events,
    packets,
    nodes: run.nodes.map(({ counters, ...node }) => ({
      ...node,
      counters: Object.fromEntries(counters),
    })),
    losses,
    timeline,
  };
}

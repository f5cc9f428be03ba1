import type { CaseResult } from '../properties/index.ts';
import { sourceText } from '../reports/index.ts';

/** What there is to say of an agent in a scenario, in lines: nothing where it survived. */
export function detailsOf({ suiteCase, outcome }: CaseResult): readonly string[] {
  switch (outcome.kind) {
    case 'survived':
      return [];
    case 'fault':
    case 'inconclusive':
      return [outcome.reason];
    case 'nonDeterministic':
      return [`two runs with one seed gave ${outcome.digests.join(' and ')}`];
    case 'failed': {
      const { verdict, deviations } = outcome.rehearsal;
      const crashes = outcome.crash === undefined ? [] : [outcome.crash];
      const sources = suiteCase.sources.map(sourceText).join(', ');
      const incident = outcome.likeIncident
        ? [`the public incident that it has in common: ${suiteCase.title} (${sources})`]
        : [`in the scenario of: ${suiteCase.title} (${sources})`];
      if (verdict.kind !== 'unsafe') {
        return [...incident, ...crashes, ...deviations.map(deviationText)];
      }
      const { loss, causes, remedy } = verdict.firstLoss;
      const { fate, sender, receiver, firstAt } = loss;
      return [
        ...incident,
        ...crashes,
        `first loss at ${firstAt / 1_000_000} s, ${sender} to ${receiver}: ${fate}`,
        ...causes.map(({ at, node, what }) => `  ${at / 1_000_000} s  ${node ?? ''}  ${what}`),
        remedy,
      ];
    }
  }
}

function deviationText({
  what,
  expected,
  found,
}: {
  what: string;
  expected: string;
  found: string;
}): string {
  return `${what}: ${expected}, but found ${found}`;
}

import type { RotationPlan } from '../properties/index.ts';
import type { Scenario } from '../sim/index.ts';
import type { ReportCase, ReportDocument, ReportOutcome } from './document.ts';
import { spanText } from './instant-text.ts';
import { planJson } from './plan-json.ts';
import { planReport } from './terminal/plan-report.ts';

/**
 * A plan as a document: a case for the duration, one for announcing what is not installed, and one
 * for each step that writes a key.
 */
export function planDocument(
  plan: RotationPlan,
  named: { readonly file: string; readonly repeat: string; readonly scenario: Scenario },
): ReportDocument {
  const { title, verdict, needed, margin, refusal, bindings, steps } = plan;
  const least = upToMilliseconds(needed.at(-1)?.duration ?? 0);
  const outcome = ({ safe: 'holds', unsafe: 'violated', inconclusive: 'inconclusive' } as const)[
    verdict
  ];
  const summary = `${verdict}: ipsec-key-rotation-duration of at least ${least}, margin ${spanText(margin)}`;
  const cases: readonly ReportCase[] = [
    {
      name: 'the rotation duration suffices',
      outcome: margin >= 0 ? sure(plan) : 'violated',
      message: `at least ${least}, margin ${spanText(margin)}`,
      detail: planReport(plan).split('\n'),
    },
    {
      name: 'a key is installed before a peer may send with it',
      outcome: refusal === undefined ? sure(plan) : 'violated',
      message: refusal ?? 'in time',
      detail: [],
    },
    ...steps.map(({ step, cluster, keyId, timing }) => ({
      name: `step ${step} writes key ${keyId} to ${cluster}`,
      outcome: timing === 'in time' ? ('holds' as const) : ('violated' as const),
      message: timing,
      detail: [],
    })),
  ];
  return {
    ...{ title, outcome, summary, cases },
    ...{ file: named.file, repeat: named.repeat, run: named.scenario, json: planJson(plan) },
    tables: [
      {
        title: 'The smallest safe duration',
        head: ['percentile of the delays', 'ipsec-key-rotation-duration'],
        rows: needed.map(({ percentile, duration }) => [
          String(percentile),
          upToMilliseconds(duration),
        ]),
      },
      {
        title: 'What binds it',
        head: ['sender', 'receiver', 'demands', 'which is'],
        rows: bindings.map(({ sender, receiver, needed: demanded, chain }) => [
          ...[sender, receiver, spanText(demanded)],
          chain.map(({ name, span }) => `${name} ${spanText(span)}`).join(' + '),
        ]),
      },
    ],
  };
}

/** What holds of all that the plan followed may not hold of the rest. */
function sure({ unfollowed }: RotationPlan): ReportOutcome {
  return unfollowed.length === 0 ? 'holds' : 'inconclusive';
}

function upToMilliseconds(span: number): string {
  return spanText(Math.ceil(span / 1000) * 1000);
}

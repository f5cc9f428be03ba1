import { spanText } from '../instant-text.ts';
import type { LabRun } from './protocol.ts';

/** The smallest duration that is enough, up to the millisecond, as the command prints it. */
export function neededOf(run: LabRun): number | undefined {
  const { verdict } = run;
  const needed =
    verdict.kind === 'inconclusive' ? undefined : verdict.margin?.neededRotationDuration;
  return needed === undefined ? undefined : Math.ceil(needed / 1000) * 1000;
}

/** Whether no packet was lost, nor would have been with a probe at the worst moment. */
export function isSafe({ verdict }: LabRun): boolean {
  return verdict.kind === 'safe' && (verdict.margin?.smallest ?? 0) >= 0;
}

function comparison(run: LabRun, duration: number, needed: number): string {
  if (duration < needed) return `Yours is ${spanText(needed - duration)} too short.`;
  return isSafe(run)
    ? `Yours keeps the old key ${spanText(duration - needed)} longer.`
    : 'Yours is long enough: what goes wrong has another cause, which a longer one does not cure.';
}

/** The smallest safe duration, of this run and of any. */
export function Bound({ run, duration }: { readonly run: LabRun; readonly duration: number }) {
  const needed = neededOf(run);
  const { plan } = run;
  return (
    <>
      <p aria-live="polite" id="bound" data-safe={String(isSafe(run))}>
        {needed === undefined ? (
          'In this run some pair never moved to the new key, so no duration would have been enough.'
        ) : (
          <>
            Smallest safe duration in this run: <b>{spanText(needed)}</b>.{' '}
            {comparison(run, duration, needed)}
          </>
        )}
      </p>
      {plan === undefined ? null : (
        <p id="plan">
          {plan.refusal === undefined
            ? 'Smallest for every seed'
            : 'For every seed no duration is safe'}
          , as <code>keyturn plan</code> prints it: <b>{spanText(plan.needed)}</b>
          {plan.refusal === undefined ? '.' : ` would do, but ${plan.refusal}.`}
        </p>
      )}
    </>
  );
}

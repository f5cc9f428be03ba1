import type { ScenarioJson } from '../../sim/index.ts';
import { spanText } from '../instant-text.ts';
import { content, ownId } from './page-data.ts';
import { isUntouched, type Place } from './place.ts';
import type { LabRun } from './protocol.ts';

/** The verdict, unless it is the lesson's question. */
export function Outcome({
  run,
  busy,
  secret,
}: {
  readonly run: LabRun;
  readonly busy: boolean;
  readonly secret: boolean;
}) {
  const { verdict } = run;
  const tight = verdict.kind === 'safe' && (verdict.margin?.smallest ?? 0) < 0;
  const kind = tight ? 'unsafe' : verdict.kind;
  const sign = { safe: '✓', unsafe: '✕', inconclusive: '?' }[kind];
  if (secret) return <p class="outcome">Safe or unsafe? Decide first.</p>;
  return (
    <p
      class={`outcome ${kind}`}
      id="verdict"
      data-verdict={kind}
      data-busy={String(busy)}
      role="status"
    >
      <b>
        {sign} {kind}
      </b>{' '}
      {busy ? 'simulating…' : detail()}
    </p>
  );
  function detail(): string {
    if (verdict.kind === 'inconclusive') return verdict.reason;
    if (tight) return 'nothing was lost, but a margin is negative';
    const margin =
      verdict.margin === undefined ? '' : `, margin ${spanText(verdict.margin.smallest)}`;
    return `${run.lost} of ${run.sent} probes lost${margin}`;
  }
}

/** What the run can be told by. */
export function Digest({
  run,
  turned,
  place,
}: {
  readonly run: LabRun;
  readonly turned: ScenarioJson;
  readonly place: Place;
}) {
  const expected = place.lesson === ownId ? content?.digest : undefined;
  const pristine = isUntouched(place);
  const differs = expected !== undefined && pristine && expected !== run.digest;
  return (
    <footer>
      <p>
        seed {turned.seed} · digest <code id="digest">{run.digest}</code>
      </p>
      {differs ? (
        <p role="alert">
          The report's own run had the digest {expected}: another version of keyturn made it, or an
          agent that is not in this page.
        </p>
      ) : null}
    </footer>
  );
}

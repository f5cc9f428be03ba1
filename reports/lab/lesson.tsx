import { useState } from 'preact/hooks';
import type { ScenarioJson } from '../../sim/index.ts';
import { isSafe, neededOf } from './bound.tsx';
import { type Place, untouched } from './place.ts';
import type { LabRun } from './protocol.ts';

export type Step =
  /** Nothing is taught: the sandbox, or the run of a report. */
  | { readonly kind: 'free' }
  | { readonly kind: 'question' }
  | { readonly kind: 'text'; readonly title: string; readonly text: string; readonly at: number }
  | { readonly kind: 'task' };

/** One idea a step: a question first, what one sees, why, what tells it apart, then the task. */
export function stepsOf(scenario: ScenarioJson, run: LabRun): readonly Step[] {
  const { sees, why, telltale, remedy } = scenario.lesson;
  const { verdict, end } = run;
  const causes = verdict.kind === 'unsafe' ? verdict.firstLoss.causes : [];
  const lossAt = verdict.kind === 'unsafe' ? verdict.firstLoss.loss.firstAt : end / 2;
  const causeAt = (index: number): number =>
    causes[Math.round((index / Math.max(1, why.length - 1)) * (causes.length - 1))]?.at ??
    (end * (index + 1)) / (why.length + 1);
  const text = (title: string, content: string, at: number): Step[] =>
    content === '' ? [] : [{ kind: 'text', title, text: content, at }];
  if (sees.length + why.length === 0) return [{ kind: 'free' }];
  return [
    { kind: 'question' },
    ...sees.flatMap((one) => text('What one sees', one, lossAt)),
    ...why.flatMap((one, index) => text('Why', one, causeAt(index))),
    ...text('How to tell it from others', telltale, lossAt),
    ...text('The remedy', remedy, end),
    { kind: 'task' },
  ];
}

/** Text with `code` in it. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <p>{text.split('`').map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</p>
  );
}

export function Lesson({
  scenario,
  original,
  run,
  place,
  onStep,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  /** The run without any knob turned: what the lesson tells of. */
  readonly original: LabRun;
  readonly run: LabRun;
  readonly place: Place;
  readonly onStep: (step: number) => void;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const steps = stepsOf(scenario, original);
  const index = Math.min(place.step, steps.length - 1);
  const step = steps[index];
  return (
    <section class="lesson" aria-label="Lesson">
      {steps.length === 1 ? null : (
        <p class="count">
          Step {index + 1} of {steps.length}
        </p>
      )}
      <div class="idea" aria-live="polite">
        {step?.kind === 'free' ? <Free {...{ run, onChange }} /> : null}
        {step?.kind === 'question' ? <Question run={original} key={place.lesson} /> : null}
        {step?.kind === 'text' ? (
          <>
            <h2>{step.title}</h2>
            <Prose text={step.text} />
          </>
        ) : null}
        {step?.kind === 'task' ? <Task {...{ scenario, original, run, place, onChange }} /> : null}
      </div>
      <div class="steps" hidden={steps.length === 1}>
        <button type="button" disabled={index === 0} onClick={() => onStep(index - 1)}>
          ← Back
        </button>
        <button
          type="button"
          class="primary"
          disabled={index === steps.length - 1}
          onClick={() => onStep(index + 1)}
        >
          Next →
        </button>
      </div>
      <p class="keys">
        {steps.length === 1 ? '' : '← → steps · space next · '}, . a second back or on · + − zoom in
        the timeline
      </p>
    </section>
  );
}

const tries: readonly (readonly [what: string, change: Partial<Place>])[] = [
  ['One node is slow: 8 minutes', { slowest: 480_000_000, view: 'timeline' }],
  ['The old key for 30 seconds only', { rotationDuration: 30_000_000, view: 'timeline' }],
  [
    'Installing takes a second for each state',
    { delays: { install: 1_000_000 }, view: 'timeline' },
  ],
];

function Free({
  run,
  onChange,
}: {
  readonly run: LabRun;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  return (
    <>
      <h2>Try it</h2>
      <p>
        One rotation, on {run.nodes.length} nodes. Turn the knobs and see when packets are lost, and
        by how much the rotation misses.
      </p>
      <div class="answers">
        {tries.map(([what, change]) => (
          <button type="button" key={what} onClick={() => onChange({ ...untouched, ...change })}>
            {what}
          </button>
        ))}
        <button type="button" onClick={() => onChange({ view: 'knobs' })}>
          To the knobs
        </button>
      </div>
    </>
  );
}

function Question({ run }: { readonly run: LabRun }) {
  const [answer, setAnswer] = useState<boolean | undefined>(undefined);
  const loses = run.verdict.kind === 'unsafe';
  return (
    <>
      <h2>Before you look</h2>
      <p>The timeline shows one run, the keys of each node as they come and go.</p>
      <p>
        <b>Is a packet lost to encryption in it?</b> Decide first, then go on.
      </p>
      <div class="answers">
        {[true, false].map((value) => (
          <button
            type="button"
            key={String(value)}
            aria-pressed={answer === value}
            onClick={() => setAnswer(value)}
          >
            {value ? 'Yes, some are lost' : 'No, none'}
          </button>
        ))}
      </div>
      {answer === undefined ? null : (
        <p class={answer === loses ? 'right' : 'wrong'}>
          {answer === loses ? '✓ Right. ' : '✗ Not so. '}
          {loses ? `${run.lost} of ${run.sent} probes are lost.` : 'All probes arrive.'}
        </p>
      )}
    </>
  );
}

function Task({
  scenario,
  original,
  run,
  place,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly original: LabRun;
  readonly run: LabRun;
  readonly place: Place;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const needed = neededOf(original);
  const wasSafe = isSafe(original);
  const done = isSafe(run);
  return (
    <>
      <h2>{wasSafe ? 'Now break it' : 'Make it safe'}</h2>
      {wasSafe ? (
        <p>
          Nothing is lost here. Turn the knobs until something is: how far can{' '}
          <code>ipsec-key-rotation-duration</code> go down?
        </p>
      ) : needed === undefined ? (
        <p>
          No longer duration would have helped here. Read what the remedy does, then run it, or turn
          the knobs and see what changes.
        </p>
      ) : (
        <p>
          Turn the knobs until no packet is lost, nor could be. How small can{' '}
          <code>ipsec-key-rotation-duration</code> be?
        </p>
      )}
      <p class={done === wasSafe ? 'wrong' : 'right'} role="status">
        {done
          ? wasSafe
            ? 'Still safe.'
            : '✓ Done: this run is safe, with no margin below zero.'
          : wasSafe
            ? '✓ Done: this run is unsafe.'
            : '✗ Not yet: this run is unsafe.'}
      </p>
      <div class="answers">
        <button type="button" onClick={() => onChange({ view: 'knobs' })}>
          To the knobs
        </button>
        {scenario.remedy === undefined ? null : (
          <button
            type="button"
            aria-pressed={place.healed}
            onClick={() => onChange({ healed: !place.healed, view: 'timeline' })}
          >
            Run the remedy after it
          </button>
        )}
      </div>
    </>
  );
}

import type { Microseconds } from '../../model/time.ts';
import {
  type Look,
  type Run,
  type Scenario,
  simulate,
  type SimulateOptions,
  type Trace,
} from '../../sim/index.ts';
import { History } from '../history.ts';
import type { AtEnd, Invariant, Subject } from './invariant.ts';
import { premisesOf } from './premises.ts';

/**
 * An invariant that a run violates. `safety`: something happened that must not. `liveness`: something
 * did not come right although nothing kept it from doing so.
 */
export interface Finding {
  readonly invariant: string;
  readonly class: 'safety' | 'liveness';
  readonly at: Microseconds;
  readonly what: string;
}

export interface Judgement {
  readonly run: Run;
  /** The first violation of each invariant, in the order of the catalogue. */
  readonly findings: readonly Finding[];
  /** Which of the kind `sometimes` the run reached. */
  readonly reached: readonly string[];
}

/** Carries out a scenario and holds it against these invariants. */
export function judge(
  scenario: Scenario,
  held: readonly Invariant[],
  options: Omit<SimulateOptions, 'observe'> = {},
): Judgement {
  const findings = new Map<string, Finding>();
  const reached: string[] = [];
  const atEnd: AtEnd[] = [];
  const run = simulate(scenario, {
    ...options,
    observe: (trace, look) => {
      const subject = subjectOf(scenario, trace, look);
      for (const { id, kind, watch } of held) {
        let isNoted = false;
        const end = watch(subject, (at, what) => {
          if (isNoted) return; // some are reached with every packet
          isNoted = true;
          if (kind === 'sometimes') {
            reached.push(id);
            return;
          }
          const finding = kind === 'always' ? 'safety' : 'liveness';
          findings.set(id, { invariant: id, class: finding, at, what });
        });
        if (end !== undefined) atEnd.push(end);
      }
    },
  });
  if (run.end.kind === 'finished') for (const end of atEnd) end(run.end.at);
  const found = held.flatMap(({ id }) => findings.get(id) ?? []);
  return { run, findings: found, reached };
}

function subjectOf(scenario: Scenario, trace: Trace, look: Look): Subject {
  const premises = premisesOf(scenario);
  return {
    scenario,
    premises,
    trace,
    look,
    history: new History(trace),
    isUndisturbed: (node) => premises.undisturbed[node] === true,
    nameOf: (node) => trace.names.nodes[node] ?? '',
  };
}

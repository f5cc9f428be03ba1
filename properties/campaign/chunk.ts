import fc from 'fast-check';
import { anyCase, type Case, scenarioOf } from '../generators/index.ts';
import { type Finding, type Invariant, invariants, premisesOf } from '../invariants/index.ts';
import type { CampaignPlan } from './campaign-plan.ts';
import { judgeCase } from './judge-case.ts';
import { Shrinking, type Shrunk } from './shrink.ts';

/** Cases of one chunk: it is generated as a whole, wherever it runs. */
export const chunkSize = 50;

export interface ChunkResult {
  readonly chunk: number;
  readonly runs: number;
  /** How many cases had which property: `nodes 3`, `fault reboot`, `side above`. */
  readonly distribution: Readonly<Record<string, number>>;
  /** In how many runs each `sometimes` was reached. */
  readonly reached: Readonly<Record<string, number>>;
  readonly inconclusive: number;
  /** The first case that violates something, by its place in the chunk. */
  readonly failure: { readonly place: number; readonly findings: readonly Finding[] } | undefined;
}

export function heldOf(plan: CampaignPlan): readonly Invariant[] {
  return invariants.filter(({ id }) => plan.held.includes(id));
}

/** Runs one chunk up to its first violation, or the first `most` cases of it. */
export function runChunk(plan: CampaignPlan, chunk: number, most = chunkSize): ChunkResult {
  const held = heldOf(plan);
  const distribution: Record<string, number> = {};
  const reached: Record<string, number> = {};
  let runs = 0;
  let inconclusive = 0;
  let failure: ChunkResult['failure'] = undefined;
  const property = fc.property(anyCase(plan.range), (made) => {
    const { findings, reached: got, run } = judgeCase(plan, made, held);
    const { isLawful } = premisesOf(scenarioOf(made, plan.agent));
    for (const trait of traitsOf(made, isLawful)) count(distribution, trait);
    for (const id of got) count(reached, id);
    if (run.end.kind === 'inconclusive') inconclusive += 1;
    if (findings.length > 0) failure = { place: runs, findings };
    runs += 1;
    return findings.length === 0;
  });
  const parameters = { seed: seedOf(plan, chunk), numRuns: Math.min(most, chunkSize) };
  const details = fc.check(property, { ...parameters, endOnFailure: true });
  // An assertion of the model is no finding about a cluster: it is a bug of keyturn.
  if (details.failed && failure === undefined) throw details.errorInstance;
  return { chunk, runs, distribution, reached, inconclusive, failure };
}

/** Where a report says that a case is: its chunk, its place in it, and what it violates there. */
export interface Place {
  readonly chunk: number;
  readonly place: number;
  readonly invariant: string;
}

/**
 * The smallest case found, from that place of a chunk, that still violates this invariant; undefined
 * if the case there does not. If it loses a packet, so does what it is shrunk to.
 */
export function shrinkCase(
  plan: CampaignPlan,
  { chunk, place, invariant }: Place,
): Shrunk | undefined {
  const held = invariants.filter(({ id }) => id === invariant);
  const shrinking = new Shrinking((made) => judgeCase(plan, made, held), plan);
  const property = fc.property(anyCase(plan.range), (made) => !shrinking.accepts(made));
  fc.check(property, { seed: seedOf(plan, chunk), path: String(place), numRuns: chunkSize });
  shrinking.simplify();
  return shrinking.result();
}

/**
 * The invariant to shrink a case by: one that looks at the states themselves, where there is one, for
 * whether a packet happens to meet a gap depends on the pace of the probes.
 */
export function clearestOf(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ invariant }) => invariant === 'chosen-key-usable') ?? findings[0];
}

/** fast-check's seeds are 32-bit; a chunk's own follows from the campaign's and its number (an odd multiplier permutes). */
function seedOf({ seed }: CampaignPlan, chunk: number): number {
  return (seed + Math.imul(chunk + 1, 0x9e37_79b1)) | 0;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function traitsOf(made: Case, isLawful: boolean): readonly string[] {
  return [
    `release ${made.release.slice('cilium-'.length)}`,
    `nodes ${made.nodes}${made.clusters === 2 ? ' + 2' : ''}`,
    `side ${made.side.kind}`,
    `law ${isLawful ? 'speaks' : 'is silent'}`,
    `routing ${made.routing}`,
    ...new Set(made.faults.map(({ kind }) => `fault ${kind}`)),
    ...(made.badSecret === undefined ? [] : [`secret ${made.badSecret}`]),
  ];
}

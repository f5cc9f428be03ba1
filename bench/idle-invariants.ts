import fc from 'fast-check';
import { type Mutant, mutants } from '../agents/index.ts';
import { judgeCase } from '../properties/campaign/judge-case.ts';
import { anyCase, type Case, invariants } from '../properties/index.ts';

/**
 * Is any invariant idle? It is not if some mutant is seen by it alone: without its check that mutant
 * would survive. Mutants say so of themselves (`onlySeenBy`), and here they are held to it: each of
 * these goes through all cases with every invariant held, and none but that one may see it. The other
 * mutants go on until two invariants have seen them.
 *
 * What is shown is shown for this number of cases and this seed: `npm run idle-invariants -- 1000 7`
 * takes 1,000 cases of seed 7 for each mutant. Fails if an invariant is idle, a mutant is seen
 * otherwise than it says, or one that breaks a rule is not seen at all.
 */
const [most = 300, seed = 1] = process.argv.slice(2).map(Number);
const held = invariants.filter(({ kind }) => kind !== 'sometimes');

/** Which invariants saw a mutant, in how many cases and first in which, and how many cases it took. */
interface Sight {
  readonly seers: ReadonlyMap<string, { readonly first: number; readonly cases: number }>;
  readonly cases: number;
}

const generated = new Map<string, readonly Case[]>();

function casesOf(release: NonNullable<Mutant['upTo']>): readonly Case[] {
  const known = generated.get(release);
  const made = known ?? fc.sample(anyCase({ releases: [release] }), { seed, numRuns: most });
  generated.set(release, made);
  return made;
}

/** Only what the release's own agent keeps in the same case counts. */
function sightOf({ name, upTo = 'cilium-1.19', onlySeenBy }: Mutant): Sight {
  const plan = { seed, range: { releases: [upTo] }, held: held.map(({ id }) => id), agent: name };
  const seers = new Map<string, { first: number; cases: number }>();
  let cases = 0;
  for (const made of casesOf(upTo)) {
    if (onlySeenBy === undefined && seers.size > 1) break;
    cases += 1;
    for (const { invariant } of judgeCase(plan, made, held).findings) {
      const before = seers.get(invariant) ?? { first: cases, cases: 0 };
      seers.set(invariant, { ...before, cases: before.cases + 1 });
    }
  }
  return { seers, cases };
}

function textOf({ seers, cases }: Sight): string {
  if (seers.size === 0) return `survives ${cases} cases`;
  const each = [...seers].map(
    ([id, seen]) => `${id} in ${seen.cases}, first in case ${seen.first}`,
  );
  return `of ${cases} cases ${each.join('; ')}`;
}

const neededBy = new Map<string, string[]>();
const otherwise: string[] = [];
const survivors: Mutant[] = [];
for (const mutant of mutants) {
  const sight = sightOf(mutant);
  const ids = [...sight.seers.keys()];
  const isAsSaid = mutant.onlySeenBy === undefined || ids.join() === mutant.onlySeenBy;
  if (!isAsSaid) otherwise.push(mutant.name);
  if (ids.length === 0) survivors.push(mutant);
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    neededBy.set(only, [...(neededBy.get(only) ?? []), mutant.name]);
  }
  const said = isAsSaid ? '' : ` BUT IT SAYS: ${mutant.onlySeenBy ?? ''} alone`;
  process.stdout.write(`${mutant.name}: ${textOf(sight)}${said}\n`);
}

process.stdout.write(`\nWithout the invariant, these survive ${most} cases of seed ${seed}:\n`);
const idle = held.filter(({ id }) => !neededBy.has(id));
for (const { id } of held) {
  process.stdout.write(`${id}: ${neededBy.get(id)?.join(', ') ?? 'none: IDLE'}\n`);
}
process.stdout.write(
  `${held.length} invariants, ${idle.length} idle; ${mutants.length} mutants, ${survivors.length} survive all the same, ${otherwise.length} are seen otherwise than they say\n`,
);
// One that is made from an incident is noticed by its scenario, one that breaks a rule by nothing else.
const unnoticed = survivors.filter(({ source }) => source.startsWith('Breaks the rule'));
for (const { name } of unnoticed) process.stdout.write(`${name}: noticed by no invariant\n`);
process.exitCode = idle.length + otherwise.length + unnoticed.length === 0 ? 0 : 1;

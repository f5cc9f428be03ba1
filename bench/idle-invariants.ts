import fc from 'fast-check';
import { type Mutant, mutants } from '../agents/index.ts';
import { judgeCase } from '../properties/campaign/judge-case.ts';
import { anyCase, invariants } from '../properties/index.ts';

/**
 * Is any invariant idle? Every mutant goes through the same number of cases, and every invariant is
 * held against each of them, with no stop at the first violation: so it is known which invariants see
 * a mutant at all. What would survive without an invariant are the mutants that it alone sees; an
 * invariant without any could be deleted, and nobody would notice. Such a one makes this script fail.
 *
 * `npm run idle-invariants -- 1000 7` takes 1,000 cases of seed 7 for each mutant.
 */
const [cases = 400, seed = 1] = process.argv.slice(2).map(Number);
const held = invariants.filter(({ kind }) => kind !== 'sometimes');

/** In how many of the cases each invariant is violated that the release's own agent keeps. */
function violations({ name, upTo = 'cilium-1.19' }: Mutant): ReadonlyMap<string, number> {
  const range = { releases: [upTo] };
  const plan = { seed, range, held: held.map(({ id }) => id), agent: name };
  const found = new Map<string, number>();
  for (const made of fc.sample(anyCase(range), { seed, numRuns: cases })) {
    for (const { invariant } of judgeCase(plan, made, held).findings) {
      found.set(invariant, (found.get(invariant) ?? 0) + 1);
    }
  }
  return found;
}

const onlySeer = new Map<string, string[]>();
let survivors = 0;
for (const mutant of mutants) {
  const found = [...violations(mutant)].sort(([, one], [, other]) => other - one);
  const text = found.map(([id, count]) => `${id} ${count}`).join(', ');
  process.stdout.write(`${mutant.name}: ${text === '' ? 'SURVIVES' : text}\n`);
  const [first, ...others] = found.map(([id]) => id);
  if (first === undefined) survivors += 1;
  else if (others.length === 0) onlySeer.set(first, [...(onlySeer.get(first) ?? []), mutant.name]);
}

process.stdout.write(`\nWithout the invariant, these survive ${cases} cases of seed ${seed}:\n`);
const idle = held.filter(({ id }) => !onlySeer.has(id));
for (const { id } of held) {
  process.stdout.write(`${id}: ${onlySeer.get(id)?.join(', ') ?? 'none: IDLE'}\n`);
}
process.stdout.write(
  `${held.length} invariants, ${idle.length} idle; ${mutants.length} mutants, ${survivors} survive\n`,
);
process.exitCode = idle.length === 0 && survivors === 0 ? 0 : 1;

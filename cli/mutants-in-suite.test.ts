import { expect, test } from 'vitest';
import { makeAgent, type Mutant, mutants } from '../agents/index.ts';
import {
  type AgentUnderTest,
  inOrderOfBlame,
  isSurvivable,
  likenesses,
  runCase,
  type SuiteCase,
} from '../properties/index.ts';
import { likenessText } from '../reports/index.ts';
import { libraryIds } from './library.ts';
import { casesOf } from './suite-cases.ts';

/**
 * That the suite names the incident that a mutant was made from. `npm test` runs the scenarios that
 * cite it, and two more, in which those are noticed that have none; `npm run test:mutants` the whole
 * suite. Mutants that break a rule alone are held to being seen by `npm run idle-invariants`.
 */
const isWhole = process.env['KEYTURN_WHOLE_SUITE'] !== undefined;
const known = casesOf(libraryIds(), undefined);
const others = [
  'incidents/restart-rotation-advertises-early',
  'incidents/install-errors-swallowed',
];

function issueOf({ source }: Mutant): string | undefined {
  const number = /\/issues\/(\d+)$/.exec(source)?.[1];
  return number === undefined ? undefined : `cilium/cilium#${number}`;
}

function isOf(issue: string, { id, sources }: SuiteCase): boolean {
  return (
    others.includes(id) ||
    sources.some((source) => source.kind === 'issue' && source.issue === issue)
  );
}

const ofIncidents = mutants.flatMap((mutant) => {
  const issue = issueOf(mutant);
  return issue === undefined ? [] : [{ ...mutant, issue }];
});

test.each(ofIncidents)('$name fails, and $issue is named first', ({ name, upTo, issue }) => {
  const agent: AgentUnderTest = {
    name,
    release: upTo,
    make: (environment) => makeAgent(name, environment),
    endRun: () => undefined,
  };
  const results = known
    .filter((one) => isWhole || isOf(issue, one))
    .filter(({ sound }) => isSurvivable(sound, upTo))
    .map((one) => runCase(one, agent));
  const like = likenesses(results, known, agent);
  expect(like[0]?.incidents[0]?.sources).toContainEqual({ kind: 'issue', issue });
  expect(likenessText(like)?.split(')')[0]).toContain(issue);
  expect(inOrderOfBlame(results, like[0]?.incidents)[0]?.outcome.kind).toBe('failed');
});

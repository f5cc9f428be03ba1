import type { Fix } from './fixes/index.ts';
import type { Mutant } from './mutants/index.ts';

/** The page docs/mutants.md: every agent that a scenario can name. */
export function agentPage(mutants: readonly Mutant[], fixes: readonly Fix[]): string {
  return `# Agents by name

What \`agent:\` of a cluster in a scenario may be. Without it, a cluster has the agent of its release.

This page is made from agents/; \`npm test\` holds it to that.

## Mutants

Cilium's agent with one thing wrong. Those after an issue are made from a public incident, which \`keyturn agent test\`
names first. Those that break a rule are made so that it is known to be held: a scenario or the invariants of the campaign
notice each, though nothing may be lost by it, and where one invariant alone does, the last column names it.

${table('what it does wrong', mutants)}

## Fixes

Cilium's agent with a fault mended that its releases have.

${table('what it does', fixes)}
`;
}

function table(title: string, agents: readonly (Mutant | Fix)[]): string {
  const rows = agents.map((agent) => {
    const after = linked(agent.source) + seenByOf(agent);
    return `| \`${agent.name}\` | ${agent.sentence} | ${after} |`;
  });
  return `| agent | ${title} | after |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function seenByOf(agent: Mutant | Fix): string {
  if (!('onlySeenBy' in agent) || agent.onlySeenBy === undefined) return '';
  return `; only seen by ${agent.onlySeenBy}`;
}

function linked(source: string): string {
  const number = /\/issues\/(\d+)$/.exec(source)?.[1];
  return number === undefined ? source : `[cilium/cilium#${number}](${source})`;
}

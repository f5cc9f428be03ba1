import type { Fix } from './fixes/index.ts';
import type { Mutant } from './mutants/index.ts';

/** The page docs/mutants.md: every agent that a scenario can name. */
export function agentPage(mutants: readonly Mutant[], fixes: readonly Fix[]): string {
  return `# Agents by name

What \`agent:\` of a cluster in a scenario may be. Without it, a cluster has the agent of its release.

This page is made from agents/; \`npm test\` holds it to that.

## Mutants

Cilium's agent with one thing wrong.

${table('what it does wrong', mutants)}

## Fixes

Cilium's agent with a fault mended that its releases have.

${table('what it does', fixes)}
`;
}

function table(title: string, agents: readonly (Mutant | Fix)[]): string {
  const rows = agents.map(
    ({ name, sentence, source }) => `| \`${name}\` | ${sentence} | ${linked(source)} |`,
  );
  return `| agent | ${title} | after |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function linked(source: string): string {
  const number = /\/issues\/(\d+)$/.exec(source)?.[1];
  return number === undefined ? source : `[cilium/cilium#${number}](${source})`;
}

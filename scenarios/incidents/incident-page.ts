import type { Incident } from './incident.ts';

/** The page docs/incidents.md: every incident by its tier, and where it is shown or why it is not. */
export function incidentPage(incidents: readonly Incident[]): string {
  const tiers = [...new Set(incidents.map(({ tier }) => tier))];
  const parts = tiers.map((tier) => tierPart(tier, incidents));
  return `${heading}\n${parts.join('\n')}`;
}

const heading = `# Public incidents

What has gone wrong with IPsec in Cilium, as far as it is publicly known, and which scenario shows it. Each
scenario fails with what was broken (\`agent:\` names a mutant, or a setting, a release or a procedure is
wrong) and passes without it (\`healthy:\`, by default the release's own agent).

This page is made from scenarios/incidents/list/; \`npm test\` holds it to that.
`;

const tierNames: Readonly<Record<number, string>> = {
  1: 'The rotation itself',
  2: 'Reboots, boot IDs, restarts of agents, lost records',
  3: 'Nodes that come and go, and their IDs',
  4: 'The kernel, upgrades, interfaces',
  5: 'Plaintext',
  6: 'Tools and tests that mislead',
};

function tierPart(tier: number, incidents: readonly Incident[]): string {
  const rows = incidents.filter((incident) => incident.tier === tier).map(row);
  return `## Tier ${tier}: ${tierNames[tier] ?? ''}

| incident | reported in | shown by |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function row(incident: Incident): string {
  const cells = [incident.title, incident.links.map(link).join(', '), shownBy(incident)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function link(place: string): string {
  if (place.startsWith('https://')) return `[${lastSegment(place)}](${place})`;
  const [repository, number] = place.split('#');
  if (number === undefined) return `\`${place.replace('code: ', '')}\``;
  return `[${place.replace('cilium/cilium#', '#')}](https://github.com/${repository ?? ''}/issues/${number})`;
}

function lastSegment(url: string): string {
  return url.split('/').findLast((segment) => segment !== '') ?? url;
}

function shownBy({ id, shownBy: by }: Incident): string {
  switch (by.kind) {
    case 'scenario':
      return `[${id}](../scenarios/incidents/${id}.yaml)`;
    case 'heldBy':
      return `No scenario: ${by.by}.`;
    case 'notModelled':
      return `Not modelled. ${by.reason}`;
  }
}

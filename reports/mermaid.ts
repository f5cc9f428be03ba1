import { charts } from '../model/charts.ts';
import { toMermaid } from '../model/chart-mermaid.ts';
import type { Rehearsal } from '../properties/index.ts';

/**
 * The model's charts as Markdown with Mermaid diagrams. In the charts of rotations and nodes the
 * states in which the run ended are lit.
 */
export function mermaidReport({ run, timeline }: Rehearsal): string {
  const ended = new Map<string, Map<string, string>>([
    ['rotation', new Map(run.scenario.clusters.map(({ name }) => [name, 'settled']))],
    ['node', new Map(run.nodes.map(({ name }) => [name, 'running']))],
  ]);
  for (const { event, fields } of timeline) {
    if (event === 'rotationChanged')
      ended.get('rotation')?.set(String(fields.cluster), String(fields.state));
    if (event === 'nodeChanged') ended.get('node')?.set(String(fields.node), String(fields.state));
  }
  const sections = charts.map((chart) => {
    const states = [...new Set(ended.get(chart.name)?.values() ?? [])];
    const lit = states.map((state) => `  class ${state} now\n`).join('');
    const style = states.length > 0 ? '  classDef now fill:#f6c344,color:#000\n' : '';
    return `## ${chart.name}\n\n\`\`\`mermaid\n${toMermaid(chart)}${style}${lit}\`\`\`\n`;
  });
  return `# Charts of a run: ${run.scenario.title}\n\n${sections.join('\n')}`;
}

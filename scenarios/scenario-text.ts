import { stringify } from 'yaml';
import type { ScenarioFile } from './schema.ts';

/** The YAML text of a scenario file. `schema` is where its JSON Schema lies, for editors. */
export function formatScenario(file: ScenarioFile, schema?: string): string {
  const heading = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;
  return heading + stringify(file, { lineWidth: 100 });
}

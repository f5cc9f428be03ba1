import { delayPattern } from './delay-text.ts';
import { durationPattern } from './duration.ts';
import { scenarioJsonSchema } from './schema.ts';
import { clusterNamePattern, selectorPattern } from './selector-text.ts';

/** As much of JSON Schema as the schema of scenarios has. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A mapping of the format, and the path on which a reader meets it first. */
interface Section {
  readonly path: string;
  readonly mapping: Schema;
}

/** By what a mapping contains: one that several places share is shown once. */
type Sections = Map<string, Section>;

const root = 'scenario';

const head = `# The keys of a scenario

Written by \`npm run docs\` from the schema that every scenario is checked against. How to begin, and how values are written:
[scenario-format.md](scenario-format.md). Keys in bold must be there; \`[]\` is an item of a list.`;

/** What texts with these patterns are called. */
const textKinds: ReadonlyMap<string | undefined, string> = new Map([
  [durationPattern, 'duration'],
  [delayPattern, 'delay'],
  [selectorPattern, 'nodes'],
  [clusterNamePattern, 'name of a cluster'],
]);

/** docs/scenario-keys.md: all keys of a scenario file, a table for each mapping, in the order of the schema. */
export function scenarioKeysPage(): string {
  const sections: Sections = new Map();
  collect({ path: root, mapping: inlined(scenarioJsonSchema()) }, sections);
  const tables = [...sections.values()].map((section) => tableOf(section, sections));
  return `${head}\n\n${tables.join('\n\n')}\n`;
}

/** The schema with each reference replaced by what it refers to. */
function inlined(schema: Schema): Schema {
  const definitions = schema.$defs ?? {};
  const text = JSON.stringify(schema);
  return JSON.parse(text, (_key, value: Schema) => {
    const name = (value as Schema | null)?.$ref?.split('/').at(-1);
    return name === undefined ? value : definitions[name];
  }) as Schema;
}

function collect(section: Section, sections: Sections): void {
  const { path, mapping } = section;
  if (sections.has(identityOf(mapping))) return;
  sections.set(identityOf(mapping), section);
  for (const [key, value] of Object.entries(mapping.properties ?? {})) {
    const isList = value.items !== undefined;
    const inner = value.items ?? value;
    if (inner.properties === undefined) continue;
    const place = isList ? `${key}[]` : key;
    collect({ path: path === root ? place : `${path}.${place}`, mapping: inner }, sections);
  }
}

function identityOf({ description, properties }: Schema): string {
  return JSON.stringify([description, properties]);
}

function tableOf({ path, mapping }: Section, sections: Sections): string {
  const rows = Object.entries(mapping.properties ?? {}).map(([key, value]) => {
    const name = mapping.required?.includes(key) === true ? `**${key}**` : key;
    return `| ${name} | ${cell(kindOf(value, sections))} | ${cell(meaningOf(value))} |`;
  });
  const head = ['| key | value | meaning |', '|---|---|---|'];
  const text = cell(mapping.description ?? '');
  return [`## ${path}`, '', text, '', ...head, ...rows].join('\n');
}

/** The description, and the default unless it is said already. */
function meaningOf({ description = '', default: fallback }: Schema): string {
  const isPlain = typeof fallback === 'string' || typeof fallback === 'number';
  if (!isPlain || description.includes('Default:')) return description;
  return `${description} Default: ${fallback}.`;
}

function kindOf(value: Schema, sections: Sections): string {
  if (value.items !== undefined) return `list of ${kindOf(value.items, sections)}`;
  if (value.anyOf !== undefined) {
    return value.anyOf.map((choice) => kindOf(choice, sections)).join(', or ');
  }
  if (value.enum !== undefined) return value.enum.length > mostWords ? 'a name' : words(value.enum);
  switch (value.type) {
    case 'object':
      return mappingKind(value, sections);
    case 'integer':
      return numberKind(value);
    case 'boolean':
      return 'true, false';
    default:
      return textKinds.get(value.pattern) ?? 'text';
  }
}

/** So many words fit into a cell; of more, the meaning or the error message tells. */
const mostWords = 14;

function words(choices: readonly string[]): string {
  return choices.map((choice) => `\`${choice}\``).join(', ');
}

function mappingKind(value: Schema, sections: Sections): string {
  const section = sections.get(identityOf(value));
  if (value.properties !== undefined && section !== undefined) {
    return `[${section.path}](#${anchorOf(section.path)})`;
  }
  const { propertyNames = {}, additionalProperties } = value;
  if (typeof additionalProperties !== 'object') return 'mapping';
  const from = kindOf(propertyNames, sections);
  return `mapping from ${from} to ${kindOf(additionalProperties, sections)}`;
}

function numberKind({ minimum, maximum }: Schema): string {
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return least === undefined ? 'whole number' : `whole number from ${least}`;
}

/** The anchor that Markdown renderers give to a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\w-]/g, '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

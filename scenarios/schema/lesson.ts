import { z } from 'zod';
import type { Disagreement, Lesson, Source } from '../../sim/index.ts';
import { exactlyOne, exactlyOneSchema, onlyValue } from './choice.ts';
import { filledList, mapping, text } from './field.ts';

const sourceShape = {
  page: text(
    'A section of the page "IPsec Transparent Encryption" of the documentation of Cilium v1.16.2.',
  )
    .transform((section): Source => ({ kind: 'page', section }))
    .optional(),
  issue: z
    .string({ error: 'text' })
    .regex(/^[\w.-]+\/[\w.-]+#\d+$/, { error: 'an issue, such as cilium/cilium#44335' })
    .meta({ description: 'A public issue or pull request, such as cilium/cilium#44335.' })
    .transform((issue): Source => ({ kind: 'issue', issue }))
    .optional(),
  code: text('Project, version, file and function.')
    .transform((place): Source => ({ kind: 'code', place }))
    .optional(),
  observed: text('What a real system answered: which one, and to what.')
    .transform((what): Source => ({ kind: 'observed', what }))
    .optional(),
  url: z
    .string({ error: 'text' })
    .regex(/^https:\/\/\S+$/, { error: 'an address that begins with https://' })
    .meta({ description: 'Any other public page.' })
    .transform((url): Source => ({ kind: 'url', url }))
    .optional(),
};

const sourceNames = Object.keys(sourceShape);

const sourceSchema = mapping('Where it can be looked up: exactly one of the keys.', sourceShape)
  .meta(exactlyOneSchema(sourceNames))
  .check(exactlyOne('the source', sourceNames));

type SourceEntry = z.output<typeof sourceSchema>;

const sources = (description: string) => filledList(description, sourceSchema);

const disagreementSchema = mapping(
  "Where the page of Cilium's documentation says something else than what happens.",
  {
    says: text("The page's own words."),
    section: text('The section of the page.'),
    happens: text('What really happens.'),
    source: sources('Where that is to be seen.'),
  },
);

/** The fields of a scenario that are there for its reader. */
export const lessonShape = {
  sees: filledList(
    'What one sees: the counters and log lines that an operator has in front of him.',
    text('One of them.'),
  ).optional(),
  why: filledList('Why it happens, step by step.', text('One step.')).optional(),
  telltale: text(
    'What tells this cause from the others that end in the same counters, by what an operator can observe.',
  ).optional(),
  source: sources('Where the behaviour is documented, was reported, or can be read.').optional(),
  disagreement: disagreementSchema.optional(),
};

interface LessonEntry {
  readonly sees?: readonly string[] | undefined;
  readonly why?: readonly string[] | undefined;
  readonly telltale?: string | undefined;
  readonly source?: readonly SourceEntry[] | undefined;
  readonly disagreement?: z.output<typeof disagreementSchema> | undefined;
  readonly remedy?: { readonly text: string } | undefined;
}

export function buildLesson(entry: LessonEntry): Lesson {
  return {
    sees: (entry.sees ?? []).map(flat),
    why: (entry.why ?? []).map(flat),
    telltale: flat(entry.telltale ?? ''),
    remedy: flat(entry.remedy?.text ?? ''),
    sources: (entry.source ?? []).map(buildSource),
    disagreement: entry.disagreement && buildDisagreement(entry.disagreement),
  };
}

function buildDisagreement(entry: z.output<typeof disagreementSchema>): Disagreement {
  const { says, section, happens, source } = entry;
  return { says: flat(says), section, happens: flat(happens), sources: source.map(buildSource) };
}

function buildSource(entry: SourceEntry): Source {
  return onlyValue(entry);
}

/** The fields that {@link buildLesson} reads as this lesson, but for the remedy's text. */
export function writeLesson({ sees, why, telltale, sources, disagreement }: Lesson) {
  return {
    ...(sees.length === 0 ? {} : { sees: [...sees] }),
    ...(why.length === 0 ? {} : { why: [...why] }),
    ...(telltale === '' ? {} : { telltale }),
    ...(sources.length === 0 ? {} : { source: sources.map(writeSource) }),
    ...(disagreement === undefined ? {} : { disagreement: writeDisagreement(disagreement) }),
  };
}

function writeDisagreement({ says, section, happens, sources }: Disagreement) {
  return { says, section, happens, source: sources.map(writeSource) };
}

function writeSource(source: Source) {
  switch (source.kind) {
    case 'page':
      return { page: source.section };
    case 'issue':
      return { issue: source.issue };
    case 'code':
      return { code: source.place };
    case 'observed':
      return { observed: source.what };
    case 'url':
      return { url: source.url };
  }
}

/** Prose is folded where the file's lines end; each piece is one paragraph. */
function flat(prose: string): string {
  return prose.trim().replace(/\s+/g, ' ');
}

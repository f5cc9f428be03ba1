import { mutants } from '../agents/index.ts';
import { type Invariant, invariants } from '../properties/index.ts';

/** What the kinds mean, as headings and a sentence each. */
const kinds: readonly (readonly [kind: Invariant['kind'], heading: string, meaning: string])[] = [
  [
    'always',
    'Always',
    'At no instant of a run may it be otherwise. A campaign calls a violation of these `safety`.',
  ],
  [
    'eventually',
    'Eventually',
    'Anything may fail for a while. When all that disturbed has been over for long, it must be so: a pair that has not recovered by then is a finding of its own class, `liveness`.',
  ],
  [
    'sometimes',
    'Sometimes',
    'Some run of a campaign must get there, or the others have shown nothing about it. `keyturn fuzz` counts them, and names those that it never reached.',
  ],
];

/** docs/properties.md: the catalogue of what `keyturn fuzz` holds. */
export function invariantsPage(): string {
  const lines = [
    '<!-- Made by `npm run docs` from properties/invariants/. Edit that instead. -->',
    '',
    '# Properties',
    '',
    'What `keyturn fuzz` holds to every generated run: `--property ID` holds one alone. `keyturn mutants` shows which',
    'notice which broken agent ([mutants.md](mutants.md)); with `--without ID`, which would survive without one. None of',
    'those that must hold is idle: each alone notices a mutant that is named beside it. `npm run idle-invariants` shows it,',
    'for 300 cases of seed 1 for each mutant.',
    ...kinds.flatMap(([kind, heading, meaning]) => [
      '',
      `## ${heading}`,
      '',
      meaning,
      '',
      ...table(invariants.filter((invariant) => invariant.kind === kind)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function table(list: readonly Invariant[]): readonly string[] {
  const isShown = list.some(({ id }) => mutantsSeenOnlyBy(id).length > 0);
  const row = (cells: readonly string[], last: string): string =>
    `| ${[...cells, ...(isShown ? [last] : [])].join(' | ')} |`;
  return [
    row(['ID', 'holds', 'source'], 'it alone notices'),
    row(['---', '---', '---'], '---'),
    ...list.map(({ id, sentence, source }) =>
      row([`\`${id}\``, sentence, source], mutantsSeenOnlyBy(id).join(', ')),
    ),
  ];
}

function mutantsSeenOnlyBy(id: string): readonly string[] {
  return mutants
    .filter(({ onlySeenBy }) => onlySeenBy === id)
    .map(({ name }) => `[\`${name}\`](mutants.md)`);
}

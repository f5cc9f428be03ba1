import type { Lesson, Source } from '../sim/index.ts';

/** What is told of a scenario of the library. */
export interface LessonCard {
  readonly id: string;
  readonly title: string;
  readonly lesson: Lesson;
  readonly releases: readonly string[];
  readonly counters: readonly string[];
  readonly outcome: 'safe' | 'unsafe' | 'refused' | 'unsaid';
}

/** The page that most scenarios are about, as it is called and where it is. */
export const page = {
  name: 'Cilium v1.16.2, IPsec Transparent Encryption',
  file: 'cilium: Documentation/security/network/encryption-ipsec.rst, v1.16.2',
  url: 'https://docs.cilium.io/en/v1.16/security/network/encryption-ipsec/',
} as const;

/** What a source is called. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'page':
      return `${page.file}: ${source.section}`;
    case 'issue':
      return source.issue;
    case 'code':
      return source.place;
    case 'observed':
      return `observed: ${source.what}`;
    case 'url':
      return source.url;
  }
}

/** Where a source can be opened; undefined where it is not on the web. */
export function sourceUrl(source: Source): string | undefined {
  switch (source.kind) {
    case 'page':
      return `${page.url}#${anchorOf(source.section)}`;
    case 'issue':
      return `https://github.com/${source.issue.replace('#', '/issues/')}`;
    case 'url':
      return source.url;
    default:
      return undefined;
  }
}

/** The anchor that Sphinx makes of a section's title. */
function anchorOf(section: string): string {
  return section
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

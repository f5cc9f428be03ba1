/** What a reader is to learn from a scenario: prose, which decides nothing of the run. */
export interface Lesson {
  /** What one sees: the counters and log lines that an operator has in front of him. */
  readonly sees: readonly string[];
  /** Why it happens, step by step. */
  readonly why: readonly string[];
  /** What tells this cause from the others that end in the same counters. */
  readonly telltale: string;
  /** What to do about it, or how to keep it from happening. */
  readonly remedy: string;
  /** Where the behaviour is documented, was reported, or can be read. */
  readonly sources: readonly Source[];
  readonly disagreement: Disagreement | undefined;
}

/** Where something can be looked up. */
export type Source =
  /** A section of Cilium's page "IPsec Transparent Encryption", v1.16.2. */
  | { readonly kind: 'page'; readonly section: string }
  /** A public issue or pull request: `cilium/cilium#44335`. */
  | { readonly kind: 'issue'; readonly issue: string }
  /** Project, version, file and function. */
  | { readonly kind: 'code'; readonly place: string }
  /** What a real system answered: which, and to what. */
  | { readonly kind: 'observed'; readonly what: string }
  | { readonly kind: 'url'; readonly url: string };

/** Where Cilium's documentation says something else than what happens. */
export interface Disagreement {
  /** The page's own words. */
  readonly says: string;
  /** The section of the page. */
  readonly section: string;
  readonly happens: string;
  readonly sources: readonly Source[];
}

export const noLesson: Lesson = {
  sees: [],
  why: [],
  telltale: '',
  remedy: '',
  sources: [],
  disagreement: undefined,
};

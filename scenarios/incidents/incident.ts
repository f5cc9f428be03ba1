/** One incident that is publicly known, and what became of it here. */
export interface Incident {
  /** The name of its file, where it has one: scenarios/incidents/<id>.yaml. */
  readonly id: string;
  /** 1 to 6: how close it is to the rotation of keys. */
  readonly tier: number;
  readonly title: string;
  /** Issues and pull requests (owner/name#number), other pages (https://), or places in the code. */
  readonly links: readonly string[];
  readonly shownBy:
    | { readonly kind: 'scenario' }
    /** No scenario can show it: something else keeps it from happening here. */
    | { readonly kind: 'heldBy'; readonly by: string }
    | { readonly kind: 'notModelled'; readonly reason: string };
}

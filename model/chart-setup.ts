/** The event objects of the names given, as XState's `setup({ types: { events } })` wants them. */
export type Named<Name extends string> = Name extends string ? { readonly type: Name } : never;

/**
 * The actions of a chart, as XState's `setup({ actions })` wants them. A chart only names what is to
 * be done: whoever steps it does it. So each implementation here does nothing, and none is ever called.
 */
export function actionNames<const Name extends string>(
  ...names: readonly Name[]
): Record<Name, () => void> {
  return Object.fromEntries(names.map((name) => [name, () => undefined])) as Record<
    Name,
    () => void
  >;
}

import type { Selectable } from '../sim/index.ts';

/** `east/n1` as a selector looks at it. */
export function selectable(name: string): Selectable {
  const slash = name.indexOf('/');
  return { clusterName: name.slice(0, slash), shortName: name.slice(slash + 1) };
}

/** Of a mapping from selectors, what its narrowest key that selects the node stands for. */
export function narrowest<Value>(
  mapping: Readonly<Record<string, Value>>,
  node: string,
): Value | undefined {
  const keys = [node, selectable(node).clusterName, 'all'];
  const key = keys.find((candidate) => Object.hasOwn(mapping, candidate));
  return key === undefined ? undefined : mapping[key];
}

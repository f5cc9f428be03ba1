import { failure, type Result, success } from '../model/result.ts';
import type { NodeSelector } from '../sim/index.ts';
import type { Problem } from './problem.ts';

/** A cluster's name as Cilium demands it: at most 32 lower-case letters, digits and hyphens. */
export const clusterNamePattern = '^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$';

const nodeNamePattern = '[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?';

/** What {@link parseSelector} accepts, as a regular expression for JSON Schema. */
export const selectorPattern = `^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?(/${nodeNamePattern})?$`;

export const selectorExpected = 'all, a cluster (east), or a node of a cluster (east/n1)';

const selectorExpression = new RegExp(selectorPattern);

/** Reads `all`, `east` or `east/n1`. Fails with `BAD_SELECTOR`. Whether they exist is not known here. */
export function parseSelector(text: string): Result<NodeSelector, Problem> {
  if (!selectorExpression.test(text)) {
    return failure({
      code: 'BAD_SELECTOR',
      message: `"${text}" does not select nodes`,
      expected: selectorExpected,
      hint: /[,\s]/.test(text) ? 'it is one selector, not a list' : '',
    });
  }
  if (text === 'all') return success({ kind: 'all' });
  const slash = text.indexOf('/');
  if (slash < 0) return success({ kind: 'cluster', cluster: text });
  return success({ kind: 'node', cluster: text.slice(0, slash), node: text.slice(slash + 1) });
}

/** The text that {@link parseSelector} reads as `selector`. */
export function formatSelector(selector: NodeSelector): string {
  switch (selector.kind) {
    case 'all':
      return 'all';
    case 'cluster':
      return selector.cluster;
    case 'node':
      return `${selector.cluster}/${selector.node}`;
  }
}

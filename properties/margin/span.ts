import type { Microseconds } from '../../model/time.ts';

/** When something happens at the earliest, and at the latest. */
export interface Span {
  readonly earliest: Microseconds;
  readonly latest: Microseconds;
}

export const atOnce: Span = { earliest: 0, latest: 0 };

export function later(span: Span, by: Span): Span {
  return { earliest: span.earliest + by.earliest, latest: span.latest + by.latest };
}

/**
 * An instant or a span of virtual time: an integer number of microseconds.
 * Instants count from the start of the run.
 */
export type Microseconds = number;

export const millisecond: Microseconds = 1_000;
export const second: Microseconds = 1_000_000;
export const minute: Microseconds = 60 * second;
export const hour: Microseconds = 60 * minute;

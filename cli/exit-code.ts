/** What the command's exit code says. */
export const exitCode = {
  /** All that was asked for holds. */
  holds: 0,
  violated: 1,
  /** Bad usage or input: nothing was run, nothing written. */
  badInput: 2,
  /** A limit was reached, or the model does not know. */
  inconclusive: 3,
  /** The same seed gave two different runs. */
  nonDeterministic: 4,
  internalError: 70,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What is wrong with a piece of input, before it is known where it stands: see InputError. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
}

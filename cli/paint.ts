import { coloured, type Paint, plain } from '../reports/index.ts';

/** Colours only where standard output is a terminal; NO_COLOR and FORCE_COLOR decide otherwise. */
export function paintFor(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const { NO_COLOR: none, FORCE_COLOR: force } = environment;
  if (none !== undefined && none !== '') return plain;
  if (force !== undefined) return force === '0' ? plain : coloured;
  return isTerminal ? coloured : plain;
}

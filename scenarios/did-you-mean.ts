/** A hint at the one of `names` that the user may have meant, or '' where none is close. */
export function didYouMean(written: string, names: readonly string[]): string {
  const wanted = written.toLowerCase();
  let best: string | undefined;
  // A third of the letters may differ: beyond that a likeness is chance.
  let bestDistance = Math.floor(written.length / 3) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best === undefined ? '' : `did you mean "${best}"?`;
}

/**
 * How many letters must be added, left out, changed, or swapped with their neighbour to turn one
 * text into the other (optimal string alignment).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2];
      current[column] = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
        swapped && row > 1 && column > 1 ? (beforeLast[column - 2] as number) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] as number;
}

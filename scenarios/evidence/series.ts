/** The labels of a series, by name. */
export type Labels = ReadonlyMap<string, string>;

export interface Series {
  readonly name: string;
  readonly labels: Labels;
  /** What follows the name and the labels. */
  readonly rest: string;
}

const labelStart = /^\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/;

/**
 * Reads `name{label="value",…}` at the start of a text, as Prometheus's exposition format has it:
 * values escape `\`, `"` and the end of a line, and a comma may follow the last label. Undefined
 * where the text does not begin so.
 */
export function parseSeries(text: string): Series | undefined {
  const [name] = /^[a-zA-Z_:][\w:]*/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const afterName = text.slice(name.length).trimStart();
  if (!afterName.startsWith('{')) return { name, labels: new Map(), rest: afterName.trim() };
  const labels = new Map<string, string>();
  let rest = afterName.slice(1);
  for (;;) {
    const match = labelStart.exec(rest);
    if (match === null) break;
    labels.set(match[1] ?? '', unescaped(match[2] ?? ''));
    rest = rest.slice(match[0].length);
  }
  rest = rest.trimStart();
  return rest.startsWith('}') ? { name, labels, rest: rest.slice(1).trim() } : undefined;
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

/** A text that is the same for the same labels but for `le`, whatever their order. */
export function seriesKey(labels: Labels): string {
  const others = [...labels].filter(([label]) => label !== 'le');
  return JSON.stringify(others.sort(([one], [other]) => (one < other ? -1 : 1)));
}

import { parseDocument, stringify } from 'yaml';
import { formatDelay } from '../delay-text.ts';
import type { MeasuredDelay } from './measure-delays.ts';

/** The measured delays as a part of a scenario, with the number of observations of each. */
export function delaysSnippet(measured: readonly MeasuredDelay[]): string {
  const lines = measured.map(
    (one) =>
      `  ${stringify({ [one.name]: formatDelay(one.delay) }, { lineWidth: 0 }).trim()} # ${origin(one)}`,
  );
  return `${['delays:', ...lines].join('\n')}\n`;
}

/** The scenario's text with these delays instead of its own; all else stays, comments too. */
export function writeDelays(text: string, measured: readonly MeasuredDelay[]): string {
  if (measured.length === 0) return text;
  const document = parseDocument(text);
  if (!document.has('delays')) document.set('delays', document.createNode({}));
  for (const one of measured) {
    const value = document.createNode(formatDelay(one.delay));
    value.comment = ` ${origin(one)}`;
    document.setIn(['delays', one.name], value);
  }
  return document.toString({ lineWidth: 0 });
}

function origin({ observations }: MeasuredDelay): string {
  return observations === 0 ? 'in secretSync already' : `measured: ${observations} observations`;
}

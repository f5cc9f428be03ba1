import { plainText } from '../plain-text.ts';
import type { Difference } from './campaign.ts';
import type { Observation } from './observation.ts';

/** A difference for people: the steps that lead to it, and both sides of the last. */
export function differenceText({ step, steps, model, kernel }: Difference): string {
  const lines = steps
    .slice(0, step + 1)
    .map(({ operation }, index) => `  ${index + 1}. ${plainText(operation)}`);
  return [
    `After step ${step + 1}, the model and the kernel differ:`,
    ...lines,
    ...side('model', model, kernel),
    ...side('kernel', kernel, model),
  ].join('\n');
}

function side(name: string, own: Observation, other: Observation): string[] {
  const fields = Object.keys(own) as (keyof Observation)[];
  const different = fields.filter(
    (field) => JSON.stringify(own[field]) !== JSON.stringify(other[field]),
  );
  return different.flatMap((field) => {
    const value = own[field];
    if (!Array.isArray(value)) return [`${name}: ${field}: ${String(value)}`];
    const strange = (value as string[]).filter(
      (text) => !(other[field] as readonly string[]).includes(text),
    );
    const shown = strange.length === 0 ? (value as string[]) : strange;
    return shown.length === 0
      ? [`${name}: ${field}: none`]
      : shown.map((text) => `${name}: ${field}: ${text}`);
  });
}

import type { ScenarioJson } from '../../sim/index.ts';
import type { LabContent } from '../lab-page.ts';
import type { LabLesson } from './protocol.ts';

/** What an element of the page holds; no text where it is not there. */
export const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';
export const lessons = JSON.parse(textOf('lessons')) as readonly LabLesson[];
/** The run that the page was made for; null where it is of lessons alone. */
export const content = JSON.parse(textOf('content')) as
  (Omit<LabContent, 'scenario'> & { readonly scenario: ScenarioJson }) | null;
/** The lesson that stands for the run that the page was made for. */
export const ownId = 'content';

export function scenarioOf(lesson: string): ScenarioJson | undefined {
  if (lesson === ownId) return content?.scenario;
  return lessons.find(({ id }) => id === lesson)?.scenario;
}

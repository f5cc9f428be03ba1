import { assert } from '../model/assert.ts';
import { type Scenario, scenarioToJson } from '../sim/index.ts';

/** What the lab opens on. */
export interface LabContent {
  readonly scenario: Scenario;
  /** What the run's digest was where it was made, for the page to compare; undefined if unknown. */
  readonly digest: string | undefined;
}

/** Where the built page takes its content: `reports/lab/index.html` has the same. */
const place = /(<script id="content" type="application\/json">)\s*null\s*(?=<\/script>)/;

/** The lab as one HTML text that opens on a run; without content, on its list of lessons. */
export function labPage(template: string, content: LabContent | undefined): string {
  if (content === undefined) return template;
  const json = JSON.stringify({ ...content, scenario: scenarioToJson(content.scenario) });
  // Nothing in it may end the element or begin a comment.
  const safe = json.replaceAll('<', '\\u003c');
  // A function, since a text could hold `$&`.
  assert(place.test(template), 'the page has no place for its content');
  return template.replace(place, (_found, open: string) => open + safe);
}

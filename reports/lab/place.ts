/** Where one is in the lab: all of it is in the URL, so that a link opens the same moment. */
export interface Place {
  /** The lesson's ID; empty for the list, `content` for the run that the page was made for. */
  readonly lesson: string;
  readonly step: number;
  /** The instant looked at, in microseconds. */
  readonly at: number;
  readonly view: View;
  readonly node: number;
  /** In microseconds; undefined: as the scenario has it. */
  readonly rotationDuration: number | undefined;
  /** When the slowest node has the secret. */
  readonly slowest: number | undefined;
  readonly release: string | undefined;
  readonly seed: string | undefined;
  readonly healed: boolean;
}

export const views = ['timeline', 'matrix', 'why', 'node', 'charts', 'knobs'] as const;
export type View = (typeof views)[number];

export const start: Place = {
  lesson: '',
  step: 0,
  at: 0,
  view: 'timeline',
  node: 0,
  rotationDuration: undefined,
  slowest: undefined,
  release: undefined,
  seed: undefined,
  healed: false,
};

export function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const given = new URLSearchParams(query);
  const number = (name: string): number | undefined => {
    const value = Number(given.get(name) ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
  };
  const view = views.find((name) => name === given.get('view')) ?? 'timeline';
  return {
    ...{ lesson: decodeURI(path), view, step: number('step') ?? 0, at: number('at') ?? 0 },
    node: number('node') ?? 0,
    rotationDuration: number('rotation'),
    slowest: number('slowest'),
    release: given.get('release') ?? undefined,
    seed: given.get('seed') ?? undefined,
    healed: given.get('healed') === '1',
  };
}

export function writePlace(place: Place): string {
  if (place.lesson === '') return '#/';
  const given = new URLSearchParams();
  const set = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== 0) given.set(name, String(value));
  };
  set('step', place.step);
  set('at', Math.round(place.at));
  if (place.view !== 'timeline') set('view', place.view);
  set('node', place.node);
  set('rotation', place.rotationDuration);
  set('slowest', place.slowest);
  set('release', place.release);
  set('seed', place.seed);
  if (place.healed) set('healed', 1);
  const query = given.toString();
  return `#/${encodeURI(place.lesson)}${query === '' ? '' : `?${query}`}`;
}

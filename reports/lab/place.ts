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
  /** How many nodes there are: in the sandbox only. */
  readonly nodes: number | undefined;
  /** Delays that are constants instead of what the scenario has, in microseconds. */
  readonly delays: Readonly<Partial<Record<DelayName, number | undefined>>>;
  /** The scenario's own faults that are left out, by their places. */
  readonly off: readonly number[];
  readonly faults: readonly AddedFault[];
}

export const delayNames = [
  ...(['secretSync', 'load', 'install', 'publish', 'watch', 'mesh', 'latency'] as const),
  'reclaimInterval',
] as const;
export type DelayName = (typeof delayNames)[number];

export const addedKinds = [
  ...(['reboot', 'restartAgent', 'crashAgent', 'pauseAgent'] as const),
  ...(['cutSecret', 'cutPublish', 'cutWatch', 'cutNetwork'] as const),
] as const;
export type AddedKind = (typeof addedKinds)[number];

/** A fault that was put in by a knob. Instants and durations are in microseconds. */
export interface AddedFault {
  readonly kind: AddedKind;
  /** `cluster/node`. */
  readonly node: string;
  readonly at: number;
  readonly duration: number;
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
  nodes: undefined,
  delays: {},
  off: [],
  faults: [],
};

/** No knob turned. */
export const untouched: Partial<Place> = {
  ...{ rotationDuration: undefined, slowest: undefined, release: undefined, seed: undefined },
  ...{ healed: false, nodes: undefined, delays: {}, off: [], faults: [] },
};

export function isUntouched(place: Place): boolean {
  return writePlace({ ...place, ...untouched }) === writePlace(place);
}

/** A whole number that is not negative; undefined for anything else. */
function wholeNumber(text: string | null | undefined): number | undefined {
  const value = text === null || text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}

function readFault(text: string): readonly AddedFault[] {
  const [kindText, node = '', atText, durationText] = text.split(',');
  const kind = addedKinds.find((known) => known === kindText);
  const [at, duration] = [wholeNumber(atText), wholeNumber(durationText)];
  if (kind === undefined || at === undefined || duration === undefined) return [];
  return [{ kind, node, at, duration }];
}

export function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const given = new URLSearchParams(query);
  const number = (name: string): number | undefined => wholeNumber(given.get(name));
  const delays = delayNames.flatMap((name) => {
    const value = number(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const view = views.find((name) => name === given.get('view')) ?? 'timeline';
  return {
    ...{ lesson: decodeURI(path), view, step: number('step') ?? 0, at: number('at') ?? 0 },
    node: number('node') ?? 0,
    rotationDuration: number('rotation'),
    slowest: number('slowest'),
    release: given.get('release') ?? undefined,
    seed: given.get('seed') ?? undefined,
    healed: given.get('healed') === '1',
    nodes: number('nodes'),
    delays: Object.fromEntries(delays),
    off: given.getAll('off').flatMap((place) => wholeNumber(place) ?? []),
    faults: given.getAll('fault').flatMap(readFault),
  };
}

export function writePlace(place: Place): string {
  if (place.lesson === '') return '#/';
  const given = new URLSearchParams();
  const set = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) given.set(name, String(value));
  };
  // Where one is at first is not said; what a knob says is, be it 0.
  set('step', place.step === 0 ? undefined : place.step);
  set('at', place.at === 0 ? undefined : Math.round(place.at));
  set('view', place.view === 'timeline' ? undefined : place.view);
  set('node', place.node === 0 ? undefined : place.node);
  set('rotation', place.rotationDuration);
  set('slowest', place.slowest);
  set('release', place.release);
  set('seed', place.seed);
  set('healed', place.healed ? 1 : undefined);
  set('nodes', place.nodes);
  for (const name of delayNames) set(name, place.delays[name]);
  for (const off of place.off) given.append('off', String(off));
  for (const { kind, node, at, duration } of place.faults) {
    given.append('fault', [kind, node, at, duration].join(','));
  }
  const query = given.toString();
  return `#/${encodeURI(place.lesson)}${query === '' ? '' : `?${query}`}`;
}

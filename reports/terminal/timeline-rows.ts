import type { TimelineEntry } from '../../properties/index.ts';
import { instantText } from '../instant-text.ts';

/** From so many entries on, what several nodes go through becomes one row. */
const mostEntries = 60;

/** The story of a run: when, where, what. Of many nodes only the first and the last are told. */
export function timelineRows(entries: readonly TimelineEntry[]): readonly (readonly string[])[] {
  const story = entries.filter(({ at, event }) => at > 0 || event !== 'keysInUse');
  if (story.length <= mostEntries) {
    return story.map((entry) => [instantText(entry.at), placeOf(entry), whatOf(entry)]);
  }
  return groupRows(story);
}

/** Entries of one cluster that say the same, in the order of their first. */
function groupRows(entries: readonly TimelineEntry[]): readonly (readonly string[])[] {
  const groups = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const key = `${clusterOf(entry)} ${whatOf(entry)}`;
    const group = groups.get(key) ?? [];
    group.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return [];
    if (group.length === 1) return [[instantText(first.at), placeOf(first), whatOf(first)]];
    const until = `until ${instantText(last.at)}`;
    const nodes = new Set(group.map(placeOf)).size;
    const place = nodes === 1 ? placeOf(first) : `${clusterOf(first)}, ${nodes} nodes`;
    return [[instantText(first.at), place, `${whatOf(first)} (${until})`]];
  });
}

function placeOf({ fields }: TimelineEntry): string {
  return String(fields.node ?? fields.cluster ?? '');
}

function clusterOf(entry: TimelineEntry): string {
  return placeOf(entry).split('/', 1)[0] ?? '';
}

/** What happened, in a few words. */
export function whatOf({ event, fields }: TimelineEntry): string {
  switch (event) {
    case 'secretWritten':
      return 'secret written';
    case 'secretDeleted':
      return 'secret deleted';
    case 'volumeUpdated':
      return 'key file replaced';
    case 'keyLoaded':
      return `key ${fields.keyId} loaded`;
    case 'published':
      return `key ${fields.keyId} announced`;
    case 'allNodesValidated':
      return `key ${fields.keyId} installed for all nodes`;
    case 'encryptMapSet':
      return `sends with key ${fields.keyId} where the peer has it`;
    case 'keysInUse':
      return `keys in use: ${fields.count}`;
    case 'nodeChanged':
      return `node ${fields.state}`;
    case 'agentStarted':
      return 'agent starts';
    case 'agentStopped':
      return 'agent stops';
    case 'agentExited':
      return `agent ends (${fields.cause}): ${fields.message}`;
    case 'log':
      return `${fields.level}: ${fields.message}`;
    case 'operationFailed':
      return `operation fails: ${fields.operation}`;
    case 'faultInjected':
      return `fault: ${fields.fault}`;
    case 'rotationChanged':
      return `rotation ${fields.state}`;
    default:
      return event;
  }
}

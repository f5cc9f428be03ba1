import type { NodeName } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Loss } from '../../sim/index.ts';
import type { NodeHistory, Since } from '../history.ts';
import type { Cause } from '../verdict.ts';
import { bothEnds, type End, type Found } from './found.ts';

export function keyText(keyId: number): string {
  return keyId === 0 ? 'no key' : `key ${keyId}`;
}

export function loadCause(node: NodeName, load: Since | undefined): Cause[] {
  if (load === undefined) return [];
  const what =
    load.at === 0 ? `has had key ${load.keyId} from the start` : `loads key ${load.keyId}`;
  return [{ at: load.at, node, what }];
}

/** The last write of the node's secret before the loss. */
export function secretCauses({ lost, history, clusterOf }: Found, node: number): Cause[] {
  const writes = history.secretWrites[clusterOf(node)] ?? [];
  const last = writes.filter((at) => at <= lost.at).at(-1);
  return last === undefined ? [] : [writeCause(last)];
}

/** All writes of the secrets of both ends from an instant to the loss, each once. */
export function writesSince(found: Found, since: Microseconds): readonly Microseconds[] {
  const { lost, history, clusterOf } = found;
  const writes = [lost.sender, lost.receiver].flatMap(
    (node) => history.secretWrites[clusterOf(node)] ?? [],
  );
  const within = writes.filter((at) => at > since && at <= lost.at);
  return [...new Set(within)].sort((one, other) => one - other);
}

export function writeCause(at: Microseconds): Cause {
  return { at, node: undefined, what: 'the secret is written' };
}

/** The last start of each end: of its machine, or of its agent alone. */
export function startCauses(found: Found): Cause[] {
  return bothEnds(found).flatMap(({ name, history }) => {
    const { boots, agentStarts, releases } = history;
    const boot = boots.filter((at) => at <= found.lost.at).at(-1);
    const start = agentStarts.filter((at) => at <= found.lost.at).at(-1);
    if (boot !== undefined) return [{ at: boot, node: name, what: 'is up, with a new boot ID' }];
    return start === undefined
      ? []
      : [{ at: start, node: name, what: restartText(releases, start) }];
  });
}

function restartText(releases: NodeHistory['releases'], start: Microseconds): string {
  const changed = releases.find(({ at }) => at === start);
  const other = changed === undefined ? '' : `, on another release: ${changed.release}`;
  return `restarts its agent${other}`;
}

export function believedCause({ lost, sender, receiver }: Found): Cause {
  const what = `takes ${receiver} to have ${keyText(lost.believed.keyId)}, and sends with ${keyText(lost.keyId)}`;
  return { at: lost.believed.at, node: sender, what };
}

/** What the agent of an end could not do before the loss: the first failure of each operation. */
export function failureCauses({ name, history }: End, until: Microseconds): Cause[] {
  const before = history.failures.filter(({ at }) => at <= until);
  const firsts = new Map(before.toReversed().map(({ at, operation }) => [operation, at]));
  return [...firsts].map(([operation, at]) => {
    const count = before.filter((failure) => failure.operation === operation).length;
    return { at, node: name, what: `cannot do ${operation}, ${timesText(count)} up to the loss` };
  });
}

function timesText(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

export function lossItself(loss: Loss): Cause {
  const atSender = loss.fate.startsWith('XfrmOut') || loss.fate === 'noNodeIdAtEgress';
  const here = atSender || loss.fate === 'plaintext' ? loss.sender : loss.receiver;
  const what =
    loss.fate === 'plaintext'
      ? `sends a packet to ${loss.receiver} unencrypted`
      : `drops a packet from ${loss.sender} to ${loss.receiver} with ${keyText(loss.keyId)}: ${loss.fate}`;
  return { at: loss.firstAt, node: here, what };
}

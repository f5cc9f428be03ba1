import type { Microseconds } from '../../model/time.ts';
import { mostNodes } from '../../sim/index.ts';
import type { Fault } from './fault.ts';
import { addTime, type EvidenceReader, type Findings } from './findings.ts';
import { instantExpected } from './instant.ts';
import { instantOfLine, loadMessage, parseLoadLine } from './log-line.ts';

export interface LogOptions {
  /** Whose log it is, where its lines do not say. */
  readonly node: string;
  /** When the secret was written, for each rotation, rising. */
  readonly written: readonly Microseconds[];
}

/** Of one node, after one write. */
interface Loads {
  readonly first: Microseconds;
  readonly last: Microseconds;
}

/** One write makes a few loads within seconds: each event of the volume's folder is one. */
const sameLoad: Microseconds = 10_000_000;

/**
 * Reads a log of agents, or of one: a load of the key file counts from the latest write before it.
 * It keeps two times of each node and write, so a log of any size does.
 */
export function agentLogReader(findings: Findings, { node, written }: LogOptions): EvidenceReader {
  const nodes = new Map<string, (Loads | undefined)[]>();
  let lines = 0;
  let early = 0;
  const read = (line: string): Fault | undefined => {
    lines += 1;
    const [firstWrite] = written;
    if (firstWrite === undefined) return notWritten;
    if (!line.includes(loadMessage)) return undefined;
    const load = parseLoadLine(line);
    if (load === undefined) return undefined;
    const at = load.time === undefined ? undefined : instantOfLine(load.time, firstWrite);
    if (at === undefined) return badTime(load.time);
    const loads = nodes.get(load.pod ?? node) ?? [];
    if (!nodes.has(load.pod ?? node)) nodes.set(load.pod ?? node, loads);
    if (nodes.size > mostNodes) return tooMany;
    const write = written.findLastIndex((instant) => instant <= at);
    if (write < 0) early += 1;
    else loads[write] = { first: Math.min(at, loads[write]?.first ?? at), last: at };
    return undefined;
  };
  const end = (): undefined => {
    if (nodes.size === 0) {
      findings.notes.push(`${node}: none of ${lines} lines says "${loadMessage}"`);
    }
    if (early > 0)
      findings.notes.push(`${node}: ${early} loads before the first write do not count`);
    for (const [name, loads] of nodes) conclude(findings, name, loads, written);
  };
  return { form: "an agent's log", read, end };
}

function conclude(
  findings: Findings,
  node: string,
  loads: readonly (Loads | undefined)[],
  written: readonly Microseconds[],
): void {
  for (const [index, write] of written.entries()) {
    const load = loads[index];
    const which = written.length === 1 ? 'the write' : `write ${index + 1}`;
    if (load === undefined) {
      findings.notes.push(
        `${node}: no load after ${which}: it does not count, and may be the slowest`,
      );
      continue;
    }
    if (load.last - load.first > sameLoad) {
      findings.notes.push(
        `${node}: several loads after ${which}, and the first counts: leave it out if its agent started in between`,
      );
    }
    addTime(findings, 'secretSyncAndLoad', load.first - write);
  }
}

const notWritten: Fault = {
  message: "an agent's log does not tell when the secret was written",
  expected: '--written with that instant, for each rotation in the log',
  hint: "as in --written 2026-01-31T12:00:00Z; the API server's audit log has it",
};

const tooMany: Fault = { message: 'there are too many nodes', expected: `at most ${mostNodes}` };

function badTime(time: string | undefined): Fault {
  if (time === undefined) {
    return {
      message: `a line "${loadMessage}" without a time`,
      expected: 'time=… in the line, or a timestamp before it',
      hint: 'use kubectl logs --timestamps',
    };
  }
  return { message: `"${time}" is not an instant`, expected: instantExpected };
}

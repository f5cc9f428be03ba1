import type { Microseconds } from '../../model/time.ts';
import { parseInstant } from './instant.ts';

/**
 * What an agent logs whenever it reads its key file (Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go,
 * loadIPSecKeysFile).
 */
export const loadMessage = 'Loading IPsec keyfile';

/** A line of an agent's log about a load of the key file. */
export interface LoadLine {
  /** The pod in kubectl's `--prefix`; undefined: the file is of one agent. */
  readonly pod: string | undefined;
  /** The agent's own time, or else kubectl's or the runtime's; undefined where there is neither. */
  readonly time: string | undefined;
}

const timestamp = /^\d{4}-\d\d-\d\d[Tt]\S+(?=\s)/;

/** The parts of a line that says {@link loadMessage}: undefined if that is only quoted in it. */
export function parseLoadLine(line: string): LoadLine | undefined {
  const [prefix = '', pod] = /^\[pod\/([^/\]]+)\/[^\]]*\]\s+/.exec(line) ?? [];
  const rest = line.slice(prefix.length);
  const [outer] = timestamp.exec(rest) ?? [];
  const afterTime = outer === undefined ? rest : rest.slice(outer.length).trimStart();
  // The files of a container runtime: `TIME stdout F MESSAGE`.
  const message = afterTime.replace(/^(stdout|stderr) [FP] /, '');
  const parsed = message.startsWith('{') ? parseJson(message) : parseText(message);
  return parsed === undefined ? undefined : { pod, time: parsed.time ?? outer };
}

interface OwnTime {
  readonly time: string | undefined;
}

/** What slog and logrus write as JSON, or Docker around a line of theirs. */
function parseJson(text: string): OwnTime | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { time: undefined };
  }
  const { msg, time, log } = content as Readonly<Record<string, unknown>>;
  const own = typeof time === 'string' ? time : undefined;
  if (typeof log === 'string') {
    const inner = parseLoadLine(log.trimEnd());
    return inner === undefined ? undefined : { time: inner.time ?? own };
  }
  return msg === loadMessage ? { time: own } : undefined;
}

/** `time=… level=info msg="Loading IPsec keyfile"`, or klog's `I0131 12:00:00.123456 1 file.go:12] …`. */
function parseText(text: string): OwnTime | undefined {
  const [, monthDay, clock] = /^[IWEF](\d{4}) (\d\d:\d\d:\d\d\.\d{6})\s/.exec(text) ?? [];
  if (monthDay !== undefined && clock !== undefined) {
    return { time: `${monthDay.slice(0, 2)}-${monthDay.slice(2)}T${clock}Z` };
  }
  if (!text.includes(`msg="${loadMessage}"`)) return undefined;
  const [, quoted, bare] = /(?:^|\s)(?:time|ts)=(?:"([^"]*)"|(\S+))/.exec(text) ?? [];
  return { time: quoted ?? bare };
}

/** The instant of a line; klog tells no year: it is that of the first instant at or after `since`. */
export function instantOfLine(time: string, since: Microseconds): Microseconds | undefined {
  if (!/^\d\d-\d\dT/.test(time)) return parseInstant(time)?.at;
  const years = [yearOf(since), yearOf(since) + 1];
  const instants = years.map((year) => parseInstant(`${year}-${time}`)?.at);
  return instants.find((at) => at !== undefined && at >= since) ?? instants[0];
}

function yearOf(at: Microseconds): number {
  let year = 1970;
  for (;;) {
    const next = parseInstant(`${year + 1}-01-01T00:00:00Z`)?.at;
    if (next === undefined || next > at) return year;
    year += 1;
  }
}

/** Whether a file that begins so is a log: of an agent, kubectl, a container runtime, or klog. */
export function looksLikeLog(firstLine: string): boolean {
  return /^\s*\{|^\[pod\/|^\d{4}-\d\d-\d\d[Tt ]|^[IWEF]\d{4} \d\d:|\b(level|msg|time)=/.test(
    firstLine,
  );
}

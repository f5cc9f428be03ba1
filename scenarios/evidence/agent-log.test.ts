import { expect, it } from 'vitest';
import { defined } from '../../model/assert.ts';
import { parseInstant } from './instant.ts';
import { evidence, printed, printedWith } from './test-support/printed.ts';

const instant = (text: string): number => defined(parseInstant(text), 'an instant').at;
const written = [instant('2026-01-31T12:00:00Z')];
const own = 'path=/etc/ipsec/keys subsys=ipsec';
const second = (index: number): string => String(index + 10);

/** Twenty agents, each of which loads the file 10 s, 11 s, … after the write. */
const logs = (line: (time: string) => string) =>
  Array.from({ length: 20 }, (_, index) =>
    evidence(
      `logs/n${index}.log`,
      ['level=info msg="Starting"', line(`2026-01-31T12:00:${second(index)}`), 'level=info'].join(
        '\n',
      ),
    ),
  );

const measured =
  'delays:\n' +
  '  secretSync: "quantiles(0: 10s, 25: 14s, 50: 19s, 75: 24s, 90: 27s, 99: 29s, 100: 29s)" # measured: 20 observations\n' +
  '  load: 0s # in secretSync already\n';

it.each<[string, (time: string) => string]>([
  ['logrus', (time) => `time="${time}Z" level=info msg="Loading IPsec keyfile" ${own}`],
  ['logrus, time last', (time) => `level=info msg="Loading IPsec keyfile" ${own} time="${time}Z"`],
  ['slog', (time) => `time=${time}.000000001Z level=info msg="Loading IPsec keyfile" module=agent`],
  ['kubectl --timestamps', (time) => `${time}.0Z level=info msg="Loading IPsec keyfile" ${own}`],
  ['a runtime', (time) => `${time}Z stderr F level=info msg="Loading IPsec keyfile" ${own}`],
  ['JSON', (time) => `{"level":"info","msg":"Loading IPsec keyfile","time":"${time}Z"}`],
  [
    'Docker',
    (time) =>
      `{"log":"level=info msg=\\"Loading IPsec keyfile\\" ${own}\\n","stream":"stderr","time":"${time}Z"}`,
  ],
  ['klog', (time) => `I0131 ${time.slice(11)}.000000       1 ipsec.go:9] "Loading IPsec keyfile"`],
])('reads the time of %s', (_, line) => {
  expect(printedWith({ written }, ...logs(line))).toBe(measured);
});

it('takes a year for klog that begins anew after the write', () => {
  const line = 'I0101 00:00:10.000000 1 ipsec.go:9] "Loading IPsec keyfile"';
  const files = logs(() => line);
  const options = { written: [instant('2026-12-31T23:59:50Z')] };
  expect(printedWith(options, ...files)).toMatch(/\n {2}secretSync: 20s /);
});

it('tells the agents of one log apart by the prefix of kubectl', () => {
  const lines = Array.from(
    { length: 20 },
    (_, index) =>
      `[pod/cilium-${index}/cilium-agent] 2026-01-31T12:00:${second(index)}Z level=info msg="Loading IPsec keyfile" ${own}`,
  );
  expect(printedWith({ written }, evidence('all.log', lines.join('\n')))).toBe(measured);
});

it('counts each load from the write before it, and tells what does not count', () => {
  const load = (time: string) => `time=${time} level=info msg="Loading IPsec keyfile"`;
  const files = Array.from({ length: 20 }, (_, index) =>
    evidence(
      `n${index}.log`,
      [
        load('2026-01-31T11:00:00Z'),
        load('2026-01-31T12:00:30Z'),
        load('2026-01-31T12:00:31Z'),
        ...(index === 0 ? [load('2026-01-31T12:01:00Z')] : []),
        ...(index === 1 ? [] : [load('2026-02-28T12:00:40Z')]),
      ].join('\n'),
    ),
  );
  const options = { written: [instant('2026-02-28T12:00:00Z'), ...written] };
  const text = printedWith(options, ...files, evidence('other.log', 'level=info msg="Loading"'));
  expect(text).toBe(
    'delays:\n' +
      '  secretSync: "quantiles(0: 30s, 25: 30s, 50: 30s, 75: 40s, 90: 40s, 99: 40s, 100: 40s)" # measured: 39 observations\n' +
      '  load: 0s # in secretSync already\n' +
      Array.from({ length: 20 }, (_, index) =>
        [
          `note: n${index}: 1 loads before the first write do not count\n`,
          index === 0
            ? 'note: n0: several loads after write 1, and the first counts: leave it out if its agent started in between\n'
            : '',
          index === 1
            ? 'note: n1: no load after write 2: it does not count, and may be the slowest\n'
            : '',
        ].join(''),
      ).join('') +
      'note: other: none of 1 lines says "Loading IPsec keyfile"\n',
  );
});

it('refuses what it cannot place in time', () => {
  const line = 'level=info msg="Loading IPsec keyfile"';
  expect(printed(evidence('n.log', line))).toBe(
    "n.log:1: an agent's log does not tell when the secret was written\n" +
      '  expected: --written with that instant, for each rotation in the log\n' +
      "  hint: as in --written 2026-01-31T12:00:00Z; the API server's audit log has it",
  );
  expect(printedWith({ written }, evidence('n.log', `level=info\n${line}`))).toBe(
    'n.log:2: a line "Loading IPsec keyfile" without a time\n' +
      '  expected: time=… in the line, or a timestamp before it\n' +
      '  hint: use kubectl logs --timestamps',
  );
  expect(printedWith({ written }, evidence('n.log', `${line} time=yesterday`))).toBe(
    'n.log:1: "yesterday" is not an instant\n' +
      '  expected: 2026-01-31T12:00:00.25Z, another offset than Z, or the Unix time in s, ms, us or ns',
  );
  expect(printedWith({ written }, evidence('n.log', 'level=info msg="other"'))).toMatch(
    /^n\.log: no delay was observed: /,
  );
  expect(printed(evidence('n.log', 'nothing of this kind'))).toBe(
    'n.log:1: this is no evidence that keyturn can read\n' +
      "  expected: a CSV that begins with node,event,time, an agent's log, or what Prometheus says\n" +
      '  hint: see docs/measured-delays.md',
  );
});

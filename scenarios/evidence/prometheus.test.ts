import { describe, expect, it } from 'vitest';
import { defined } from '../../model/assert.ts';
import { formatInputError } from '../input-error.ts';
import { measureDelays } from './measure-delays.ts';
import { type MetricSelector, parseMetricSelector } from './metric-selector.ts';
import { evidence, printed, printedWith } from './test-support/printed.ts';

const metric = (text: string): MetricSelector => {
  const parsed = parseMetricSelector(text);
  return defined(parsed.ok ? parsed.value : undefined, 'a selector');
};
const watch = { metrics: [metric('watch=delay_seconds')] };

/** 0 at or below 10 ms, 30 at or below 100 ms, 60 at or below 1 s, 40 more up to 10 s. */
const dump = `# HELP delay_seconds How long it took.
# TYPE delay_seconds histogram
delay_seconds_bucket{node="n1",le="0.01"} 0
delay_seconds_bucket{node="n1",le="0.1"} 20
delay_seconds_bucket{node="n1",le="1"} 50
delay_seconds_bucket{node="n1",le="10"} 50 1769860800000
delay_seconds_bucket{node="n1",le="+Inf"} 50
delay_seconds_sum{node="n1"} 12.5
delay_seconds_count{node="n1"} 50
delay_seconds_bucket{node="n2",le="0.01"} 0
delay_seconds_bucket{node="n2",le="0.1"} 10 # {trace_id="a"} 0.067
delay_seconds_bucket{node="n2",le="1.0"} 10
delay_seconds_bucket{node="n2",le="1e+01",} 50
delay_seconds_bucket{node="n2",le="+Inf"} 50
# EOF
other_total{path="a \\"b\\" \\\\ c"} 7
`;

describe('the text exposition', () => {
  it('gives the distribution of all series together', () => {
    expect(printedWith(watch, evidence('dump.prom', dump))).toBe(
      'delays:\n  watch: "quantiles(0: 10ms, 30: 100ms, 60: 1s, 100: 10s)" # measured: 100 observations\n',
    );
  });

  it('gives that of the series that have the labels', () => {
    const metrics = [metric('mesh=delay_seconds{node="n1"}')];
    expect(printedWith({ metrics }, evidence('dump.prom', dump))).toBe(
      'delays:\n  mesh: "quantiles(0: 10ms, 40: 100ms, 100: 1s)" # measured: 50 observations\n',
    );
  });

  it('pools dumps, one after another or in files of their own', () => {
    const pooled = /^delays:\n {2}watch: .* # measured: 200 observations\n$/;
    expect(printedWith(watch, evidence('a', dump), evidence('b', dump))).toMatch(pooled);
    expect(printedWith(watch, evidence('both', dump + dump))).toMatch(pooled);
  });

  it('says which histograms there are where it is not said which one it is', () => {
    expect(printed(evidence('dump.prom', dump))).toBe(
      'dump.prom: it is not said which histogram is which delay\n' +
        '  expected: --metric DELAY=NAME or DELAY=NAME{LABEL="VALUE"}\n' +
        '  hint: in the files: delay_seconds',
    );
    const metrics = [metric('watch=dealy_seconds')];
    expect(printedWith({ metrics }, evidence('dump.prom', dump))).toBe(
      'dump.prom: there are no samples of dealy_seconds\n' +
        '  expected: its _bucket series\n' +
        '  hint: in the files: delay_seconds',
    );
  });

  it('asks for the longest time where a histogram does not have it', () => {
    const open = evidence(
      'dump.prom',
      dump.replaceAll('le="+Inf"} 50', 'le="+Inf"} 60').replace('"n1"} 50\n', '"n1"} 60\n'),
    );
    expect(printedWith(watch, open)).toBe(
      'dump.prom: 20 of 120 observations of watch are above the last bound, 10s: how long they took is not known\n' +
        '  expected: --longest with the longest there was, at least 10s',
    );
    expect(printedWith({ ...watch, longest: 60_000_000 }, open)).toBe(
      'delays:\n  watch: "quantiles(0: 10ms, 25: 100ms, 50: 1s, 83.3: 10s, 100: 1m)" # measured: 120 observations\n',
    );
  });

  const bucket = (le: string, count: string) => `delay_seconds_bucket{le="${le}"} ${count}\n`;
  const whole = bucket('0.1', '10') + bucket('1', '30') + bucket('+Inf', '30');
  it.each([
    [
      'unsorted buckets',
      bucket('1', '1') + bucket('0.5', '2'),
      'a.prom:2: the buckets are not sorted: le="0.5" comes after le="1"\n' +
        '  expected: bounds that rise from bucket to bucket, each once in a series',
    ],
    [
      'falling counts',
      bucket('1', '5') + bucket('2', '4'),
      'a.prom:2: the counts fall: 5 at le="1", 4 at le="2"\n' +
        '  expected: cumulative counts, which never fall from bucket to bucket',
    ],
    [
      'negative times',
      bucket('-0.5', '0') + bucket('-0.25', '3'),
      'a.prom:2: there are observations below -0.25: negative times\n' +
        '  expected: times of zero or more',
    ],
    ['no count', bucket('1', '-1'), 'a.prom:1: -1 observations\n  expected: a count, zero or more'],
    [
      'a cut',
      bucket('1', '1') + bucket('2', '2'),
      'a.prom:1: a series of delay_seconds has no bucket le="+Inf"\n' +
        '  expected: the last bucket of a series is le="+Inf"\n' +
        '  hint: was the file cut off?',
    ],
    [
      'a count that differs',
      `${whole}delay_seconds_count 31\n`,
      'a.prom:4: delay_seconds_count is 31, but the bucket le="+Inf" has 30\n' +
        '  expected: the same number',
    ],
    [
      'a bound that is none',
      bucket('fast', '1'),
      'a.prom:1: le="fast" is not a number\n  expected: a bound',
    ],
    [
      'mixed units',
      `# UNIT delay_seconds milliseconds\n${whole}`,
      'a.prom:2: mixed units: # UNIT says milliseconds, the name delay_seconds says seconds\n' +
        '  expected: one unit',
    ],
    [
      'other buckets',
      whole + whole.replaceAll('{', '{node="n2",').replace('0.1', '0.2'),
      'a.prom:4: the buckets are not those of the series before it\n' +
        '  expected: the same bounds in all series of a metric\n' +
        '  hint: choose series that are alike with --metric DELAY=NAME{LABEL="VALUE"}',
    ],
    [
      'no sample',
      `${whole}delay_seconds_bucket{le="1} 12\n`,
      'a.prom:4: "delay_seconds_bucket{le="1} 12" is not a sample\n' +
        '  expected: NAME{LABEL="VALUE",…} NUMBER, as an agent\'s /metrics has it',
    ],
    [
      'too few',
      bucket('1', '3') + bucket('+Inf', '3'),
      'a.prom: watch was observed 3 times only\n' +
        '  expected: at least 20 observations: fewer say nothing of the slow end, which a rotation waits for\n' +
        '  hint: give the evidence of more nodes, or of more rotations: a file for each',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(printedWith(watch, evidence('a.prom', text))).toBe(message);
  });

  it('refuses a name without a unit', () => {
    const metrics = [metric('watch=delay')];
    const text = whole.replaceAll('delay_seconds', 'delay');
    expect(printedWith({ metrics }, evidence('a.prom', text))).toBe(
      'a.prom:1: the unit of delay is not known\n' +
        '  expected: a name that ends in one of: _seconds, _milliseconds, _ms, _microseconds, _us',
    );
    expect(printedWith({ metrics }, evidence('a.prom', `# UNIT delay ms\n${text}`))).toMatch(
      /^delays:\n {2}watch: "quantiles\(0: 0s, 33\.3: 100us, 100: 1ms\)"/,
    );
  });

  it('refuses a delay that is also measured one by one', () => {
    const rows = Array.from(
      { length: 20 },
      (_, index) => `n${index},written,1769860800\nn${index},file,1769860801\n`,
    );
    const csv = evidence('times.csv', `node,event,time\n${rows.join('')}`);
    const metrics = [metric('secretSync=delay_seconds')];
    expect(printedWith({ metrics }, csv, evidence('a.prom', dump))).toBe(
      'times.csv, a.prom: secretSync is measured twice: by a histogram, and one by one\n' +
        '  expected: one kind of evidence for a delay',
    );
  });
});

describe("an answer of Prometheus's HTTP API", () => {
  const series = (le: string, node: string, ...values: readonly string[]) => ({
    metric: { __name__: 'delay_seconds_bucket', le, node },
    values: values.map((value, index) => [1_769_860_800 + index * 60, value]),
  });
  const answer = (result: readonly unknown[], indent?: number) =>
    evidence(
      'query.json',
      JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }, null, indent),
    );

  /** In the order of Prometheus, which is that of the labels' text; n2 restarts at its third sample. */
  const result = [
    series('+Inf', 'n1', '100', '150'),
    series('0.1', 'n1', '40', '50'),
    series('1', 'n1', '90', '140'),
    series('+Inf', 'n2', '10', '20', '30'),
    series('0.1', 'n2', '10', '20', '20'),
    series('1', 'n2', '10', '20', '30'),
  ];

  it('counts what was observed in the range', () => {
    // n1: 10 up to 0.1 s, 40 up to 1 s, none above; n2: 10 and 10.
    expect(printedWith(watch, answer(result))).toBe(
      'delays:\n  watch: "quantiles(0: 0s, 28.6: 100ms, 100: 1s)" # measured: 70 observations\n',
    );
    expect(printedWith(watch, answer(result, 2))).toMatch(/# measured: 70 observations\n$/);
  });

  it('takes a restart for one: what is counted after it is new', () => {
    const restarted = ['0.1', '+Inf'].map((le) => series(le, 'n1', '100', '110', '30', '40'));
    expect(printedWith(watch, answer(restarted))).toBe(
      'delays:\n  watch: "quantiles(0: 0s, 100: 100ms)" # measured: 50 observations\n',
    );
  });

  it('reads an instant query, whose counts are since the start', () => {
    const at = (le: string, count: string) => ({
      metric: { __name__: 'delay_seconds_bucket', le },
      value: [1_769_860_800, count],
    });
    expect(printedWith(watch, answer([at('0.5', '30'), at('+Inf', '30')]))).toMatch(
      /quantiles\(0: 0s, 100: 500ms\)" # measured: 30 /,
    );
  });

  it.each([
    [
      'a sum without a name',
      [{ metric: { le: '0.1' }, values: [[1, '1']] }],
      'query.json:1:61: a series without a name: a rate, an increase, or a sum (at data.result[0])\n' +
        '  expected: the _bucket series themselves\n' +
        '  hint: label_replace(sum by (le) (X_bucket), "__name__", "X_bucket", "", "") gives a sum its name',
    ],
    [
      'a native histogram',
      [{ metric: { __name__: 'delay_seconds' }, histograms: [] }],
      'query.json:1:61: native histograms are not read (at data.result[0])\n' +
        '  expected: series with buckets: X_bucket',
    ],
    [
      'falling counts',
      [series('1', 'a', '0', '5'), series('+Inf', 'a', '0', '4')],
      /^query\.json:1:\d+: the counts fall: 5 at le="1", 4 at le="\+Inf" \(at data\.result\[1\]\)\n/,
    ],
    [
      'a bucket twice',
      [series('1', 'a', '5'), series('1.0', 'a', '5')],
      /^query\.json:1:\d+: the buckets are not sorted: le="1\.0" comes after le="1" \(at data/,
    ],
    [
      'samples that are no numbers',
      [series('1', 'a', 'NaN')],
      /^query\.json:1:61: the samples are no numbers \(at data\.result\[0\]\)\n/,
    ],
    ['nothing', [], /^query\.json: there are no samples of delay_seconds\n/],
  ])('refuses %s', (_, items, message) => {
    const text = printedWith(watch, answer(items));
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  it('refuses what is no answer, or half of one', () => {
    const refused = (text: string) => printedWith(watch, evidence('query.json', text));
    expect(refused('{"status":"error","errorType":"bad_data","error":"parse error"}')).toBe(
      'query.json:1:50: Prometheus refused the query: "parse error" (at error)\n  expected: an answer',
    );
    expect(refused('{"status":"success","data":{"result":[')).toMatch(
      /^query\.json:1: the JSON ends early, with 3 brackets still open\n/,
    );
    expect(refused('{"status":"success","data":{}}')).toMatch(/there is no data\.result/);
  });
});

it('keeps no line of a long dump', () => {
  // 100,000 series that nobody asked for: were they kept, it would show in the names.
  function* lines(): Generator<string> {
    for (let index = 0; index < 100_000; index++) yield `x${index}_seconds_bucket{le="1"} 1`;
  }
  const measured = measureDelays([{ name: 'long.prom', lines: lines() }], watch);
  const message = measured.ok ? '' : formatInputError(measured.error);
  expect(message.split(', ')).toHaveLength(1000);
});

it.each([
  ['wtach=x', 'did you mean "watch"?'],
  ['x', 'the delays are secretSync, load, install, publish, watch, mesh, latency'],
  ['watch=x{a=~"b"}', 'labels are matched for equality alone'],
])('refuses the selector %s', (text, hint) => {
  expect(parseMetricSelector(text)).toEqual({
    ok: false,
    error: {
      code: 'BAD_METRIC',
      message: 'this does not say which histogram is which delay',
      expected: 'DELAY=NAME or DELAY=NAME{LABEL="VALUE"}',
      hint,
    },
  });
});

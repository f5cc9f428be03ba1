import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { fixturePath, makeFolder, put, safeText } from '../test-support/folder.ts';
import { importClusters } from './import.ts';
import { importDelays } from './import-delays.ts';

const rows = Array.from(
  { length: 20 },
  (_, index) => `n${index},written,1769860800\nn${index},file,17698608${String(index + 10)}\n`,
);
const text = `node,event,time\n${rows.join('')}`;
const secretSync =
  '"quantiles(0: 10s, 25: 14s, 50: 19s, 75: 24s, 90: 27s, 99: 29s, 100: 29s)" # measured: 20 observations';

it('prints what was measured, ready to be put into a scenario', () => {
  const file = put(makeFolder(), 'times.csv', text);
  const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { text: printed, value } = captured(() => importDelays({ delays: [file] }));
  expect(value).toBe(0);
  expect(printed).toBe(`delays:\n  secretSync: ${secretSync}\n`);
  expect(errors).toHaveBeenCalledWith(`# ${file}: a CSV of observed times\n`);
  errors.mockRestore();
});

it('writes it into a scenario, and leaves the rest of it alone', () => {
  const folder = makeFolder();
  const file = put(folder, 'times.csv', text);
  const scenario = put(folder, 'scenario.yaml', `# mine\n${safeText}`);
  const out = join(folder, 'measured.yaml');
  const { text: printed } = captured(() => importDelays({ delays: [file], scenario, out }));
  expect(printed).toBe(
    `delays:\n  secretSync: ${secretSync}\n# ${file}: a CSV of observed times\n\nwrote ${out}\n\nnext: keyturn plan ${out}\n`,
  );
  expect(readFileSync(out, 'utf8')).toBe(
    `# mine\n${safeText}`.replace('secretSync: uniform(0s, 10s)', `secretSync: ${secretSync}`),
  );
});

it('puts it into the scenario of new inventories', () => {
  const out = makeFolder();
  const delays = [put(makeFolder(), 'times.csv', text)];
  captured(() =>
    importClusters({
      ciliumnodes: [fixturePath('east-ciliumnodes.json')],
      config: [],
      clusterName: [],
      clusterId: [],
      delays,
      out,
    }),
  );
  const scenario = readFileSync(join(out, 'scenario.yaml'), 'utf8');
  expect(scenario).toContain(`\n  secretSync: ${secretSync}\n  load: 100ms #`);
});

it('writes nothing where something is wrong', () => {
  const folder = makeFolder();
  const file = put(folder, 'times.csv', text);
  const scenario = put(folder, 'scenario.yaml', safeText);
  const out = join(folder, 'out.yaml');
  const refusal = (options: Omit<Parameters<typeof importDelays>[0], 'delays'>) =>
    messageOf(() => captured(() => importDelays({ delays: [file], ...options })));
  expect(refusal({ scenario })).toMatch(/^--scenario is given without --out\n {2}hint: /);
  expect(refusal({ out })).toMatch(/^--out is given, but nothing to write the delays into\n/);
  expect(refusal({ scenario, out: scenario })).toMatch(/there is such a file already\n {2}hint: /);
  const broken = put(folder, 'broken.yaml', `${safeText}\nclutsers: 1\n`);
  expect(refusal({ scenario: broken, out })).toMatch(/broken\.yaml:\d+:1: .*clutsers/);
  expect(messageOf(() => importDelays({ delays: [join(folder, 'none.csv')] }))).toMatch(
    /none\.csv: cannot be read: no such file\n {2}hint: give the path of a text file$/,
  );
  const noise = put(
    folder,
    'noise.csv',
    new Uint8Array([...Buffer.from('node,event,time\n'), 0xff, 10]),
  );
  expect(messageOf(() => importDelays({ delays: [noise] }))).toMatch(
    /noise\.csv: cannot be read: it is not UTF-8 text\n/,
  );
  expect(existsSync(out)).toBe(false);
});

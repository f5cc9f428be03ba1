import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readWholeLibrary } from '../library.ts';
import { command, keyturn, launch } from './chromium.ts';

/*
 * The lab in Debian's Chromium, from disk, as `npm run build` made it. What it shows is compared with
 * what the command prints.
 */

const early = 'rotation/old-key-reclaimed-early';
const folder = mkdtempSync(join(tmpdir(), 'keyturn-lab-'));
const file = join(folder, 'lab.html');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lessons = readWholeLibrary().filter(({ content }) => content.kind === 'run');

let browser: Browser;

interface RunJson {
  readonly digest: string;
  readonly verdict: {
    readonly firstLoss: {
      readonly missedBy: number;
      readonly causes: readonly {
        readonly at: number;
        readonly node?: string;
        readonly what: string;
      }[];
    };
    readonly margin: { readonly neededRotationDuration: number };
  };
}

const runOf = (id: string, ...more: readonly string[]): RunJson =>
  JSON.parse(keyturn('run', id, '--json', ...more)) as RunJson;

beforeAll(async () => {
  keyturn('lab', '--out', file);
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What pages did that they must not: each test looks. */
const faults: string[] = [];
afterEach(() => {
  expect(faults.splice(0)).toEqual([]);
});

/** Notes a page's errors, and whatever it asks for besides itself. */
function watch(page: Page, own: string, noted: string[]): void {
  page.on('pageerror', ({ message }) => noted.push(message));
  page.on('request', (request) => {
    const [url] = request.url().split('#');
    if (url !== own && !/^(?:data|blob):/.test(url ?? '')) noted.push(`asks for ${url}`);
  });
}

/** The page at a place, with its run done. */
async function open(hash: string, scheme: 'light' | 'dark' = 'light', path = file): Promise<Page> {
  const page = await browser.newPage({ colorScheme: scheme, reducedMotion: 'reduce' });
  const { href } = pathToFileURL(path);
  watch(page, href, faults);
  await page.goto(href + hash);
  if (hash !== '') await page.waitForSelector('#digest');
  return page;
}

const settled = (page: Page): Promise<unknown> =>
  page.waitForSelector('#verdict[data-busy="false"]');

describe('the file', () => {
  it('is small, and refers to nothing outside itself', () => {
    const bytes = readFileSync(file);
    expect(gzipSync(bytes).length).toBeLessThan(300_000);
    expect(bytes.toString('utf8')).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  // The proof that the tests below would notice.
  it.each([
    ['another host', '<img src="http://keyturn.invalid/x.png">', 'http://keyturn.invalid/x.png'],
    [
      'a host without a scheme',
      '<script src="//keyturn.invalid/x.js"></script>',
      'keyturn.invalid',
    ],
    ['a file beside it', '<link rel="stylesheet" href="other.css">', 'other.css'],
    ['a script', '<script>fetch("https://keyturn.invalid/")</script>', 'https://keyturn.invalid/'],
  ])('that refers to %s is caught', async (_what, reference, asked) => {
    const path = join(folder, 'referring.html');
    writeFileSync(path, readFileSync(file, 'utf8').replace('</body>', `${reference}</body>`));
    const noted: string[] = [];
    const page = await browser.newPage();
    watch(page, pathToFileURL(path).href, noted);
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('.home');
    await page.close();
    expect(noted.filter((text) => text.startsWith('asks for'))).toEqual([
      expect.stringContaining(asked),
    ]);
  });
});

describe('lessons', () => {
  let page: Page;
  beforeAll(async () => {
    page = await open('');
  });
  afterAll(async () => {
    await page.close();
  });

  // One page for all of them: a lesson that is left has to leave nothing behind.
  it.each(lessons.map(({ id }) => id))('%s goes to its end by keyboard', async (id) => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#/${id}`)}`);
    await page.waitForSelector('.home', { state: 'detached' });
    await page.getByText(/^Step 1 of/).waitFor();
    const count = page.locator('.count');
    const [, last = '0'] = /of (\d+)/.exec((await count.textContent()) ?? '') ?? [];
    expect(Number(last)).toBeGreaterThan(1);
    for (let step = 1; step < Number(last); step += 1) {
      await page.keyboard.press(step % 2 === 0 ? 'ArrowRight' : 'Space');
      await page
        .getByText(`Step ${step + 1} of ${last}`, { exact: true })
        .waitFor({ timeout: 5000 });
    }
    await page.keyboard.press('ArrowLeft');
    await page
      .getByText(`Step ${Number(last) - 1} of ${last}`, { exact: true })
      .waitFor({ timeout: 5000 });
    await page.evaluate(`location.hash = ''`);
    await page.waitForSelector('.home');
  });

  it('asks before it answers', async () => {
    const page = await open(`#/${early}`);
    expect(await page.locator('header').textContent()).not.toMatch(/unsafe \d|✕/);
    await page.getByRole('button', { name: 'Yes, some are lost' }).click();
    expect(await page.locator('.right').textContent()).toMatch(/Right\. 2879 of 64800/);
    await page.close();
  });
});

const lateNode = `title: One node is late
clusters: [{ name: east, nodes: 3, release: cilium-1.19, settings: { ipsec-key-rotation-duration: 3m } }]
delays: { secretSync: 10s, load: 0s, install: 5ms, publish: 1s, watch: 1s, latency: 1ms, at: [{ nodes: east/n3, secretSync: 5m }] }
traffic: [{ every: 1s }]
procedure: [{ wait: 1m }, { rotate: east }, { wait: 12m }]
`;

/** Whether the run is safe a millisecond below a bound, and at it; the page names the bound. */
async function flip(
  page: Page,
  milliseconds: number,
  printed: string,
): Promise<readonly (string | null)[]> {
  const exact = page.getByLabel('ipsec-key-rotation-duration, in seconds');
  const verdicts: (string | null)[] = [];
  for (const duration of [milliseconds - 1, milliseconds]) {
    await exact.fill(String(duration / 1000));
    await exact.press('Enter');
    await page.waitForURL(new RegExp(`rotation=${duration * 1000}`));
    await page.waitForTimeout(100);
    await settled(page);
    expect(await page.locator('#bound').textContent()).toContain(printed);
    verdicts.push(await page.locator('#bound').getAttribute('data-safe'));
  }
  return verdicts;
}

describe('the page and the command', () => {
  it.each(['1', '2', 'another'])('have the same digest for the seed %s', async (seed) => {
    const page = await open(`#/${early}?seed=${seed}&view=why`);
    await settled(page);
    expect(await page.locator('#digest').textContent()).toBe(runOf(early, '--seed', seed).digest);
    await page.close();
  });

  it('name the same causes of a drop that is clicked', async () => {
    const page = await open(`#/${early}?step=1`);
    await settled(page);
    const box = await page.locator('.canvases').boundingBox();
    if (box === null) throw new Error('no timeline');
    // The middle of n2's drops, from 8m05s to 9m33s of 18m, in the second lane.
    const x = 92 + (520 / 1080) * (box.width - 92);
    await page.locator('.canvases').click({ position: { x, y: 26 + 44 + 5 } });
    const { firstLoss } = runOf(early).verdict;
    const shown = await page.locator('.causes button').allTextContents();
    const expected = firstLoss.causes.map(({ node, what }) => `${node ?? ''} ${what}`);
    expect(shown.map((text) => text.replace(/^\d:\d\d:\d\d\.\d{3} /, ''))).toEqual(expected);
    expect(await page.locator('.missed').textContent()).toContain(
      `${Math.ceil(firstLoss.missedBy / 1000)} ms`,
    );
    await page.close();
  });
});

describe('the bound', () => {
  it('is what plan prints: the verdict flips there, and not a millisecond below', async () => {
    // Delays that do not vary: then what `plan` says of all seeds is so for each.
    const scenario = join(folder, 'late.yaml');
    writeFileSync(scenario, lateNode);
    const planned = keyturn('plan', scenario);
    const printed = /^needed +ipsec-key-rotation-duration of at least (.*)$/m.exec(planned)?.[1];
    const { needed } = JSON.parse(keyturn('plan', scenario, '--json')) as {
      readonly needed: readonly { readonly duration: number }[];
    };
    const bound = (needed.at(-1)?.duration ?? 0) / 1000;
    // The secret is there 5 m after it is written, 10 s at the others; then 40 ms of installing, and
    // a second each until it is published and heard of: 4 m 50 s + 2.04 s.
    expect(bound).toBe(292_040);
    const path = join(folder, 'late.html');
    keyturn('lab', scenario, '--out', path);
    const page = await open('#/content?view=knobs', 'light', path);
    const verdicts = await flip(page, bound, printed ?? '');
    expect(verdicts).toEqual(['false', 'true']);
    await page.close();
  });

  it('is so for delays that are set by knobs, too', async () => {
    const scenario = join(folder, 'knobs.yaml');
    const knobs = ['secretSync=60000000', 'install=50000', 'publish=2000000', 'watch=1000000'];
    const same = lateNode
      .replace('secretSync: 10s', 'secretSync: 60s')
      .replace('install: 5ms, publish: 1s, watch: 1s', 'install: 50ms, publish: 2s, watch: 1s');
    writeFileSync(scenario, same);
    const { needed } = JSON.parse(keyturn('plan', scenario, '--json')) as {
      readonly needed: readonly { readonly duration: number }[];
    };
    const bound = (needed.at(-1)?.duration ?? 0) / 1000;
    const path = join(folder, 'late.html');
    writeFileSync(join(folder, 'late.yaml'), lateNode);
    keyturn('lab', join(folder, 'late.yaml'), '--out', path);
    const page = await open(`#/content?view=knobs&${knobs.join('&')}`, 'light', path);
    expect(await flip(page, bound, '')).toEqual(['false', 'true']);
    await page.close();
  });

  it("of a lesson's own run is what run prints", async () => {
    const printed = /needed +ipsec-key-rotation-duration of at least (.*) with/.exec(
      keyturn('run', early),
    )?.[1];
    const { neededRotationDuration } = runOf(early).verdict.margin;
    const page = await open(`#/${early}?view=knobs&step=12`);
    await settled(page);
    const bound = Math.ceil(neededRotationDuration / 1000);
    expect(await flip(page, bound, printed ?? '')).toEqual(['false', 'true']);
    expect(await page.locator('[role="status"].right').textContent()).toContain('Done');
    await page.close();
  });
});

describe('links', () => {
  it('open the same moment, view, node and knobs', async () => {
    const page = await open(`#/${early}?step=5&at=520000000&view=node&node=1&rotation=240000000`);
    await settled(page);
    expect(await page.locator('.count').textContent()).toMatch(/^Step 6 of/);
    expect(await page.locator('.scrub output').textContent()).toBe('0:08:40.000');
    expect(await page.locator('.node-panel select').inputValue()).toBe('1');
    await page.locator('pre', { hasText: 'Keys in use: 4' }).waitFor();
    const { hash } = new URL(page.url());
    expect(hash).toContain('rotation=240000000');
    await page.close();
  });

  it('to no lesson open the list', async () => {
    const page = await open('');
    expect(await page.locator('.cards li').count()).toBe(lessons.length);
    await page.close();
  });
});

describe('a report as a page', () => {
  it('opens on its run', async () => {
    const path = join(folder, 'report.html');
    keyturn('run', early, '--seed', '5', '--report', path);
    const page = await open('', 'light', path);
    await page.waitForSelector('#digest');
    expect(await page.locator('#digest').textContent()).toBe(runOf(early, '--seed', '5').digest);
    await page.close();
  });
});

describe('the sandbox', () => {
  it('begins safe, is unsafe once a node is slow, and a link to it opens the same run', async () => {
    const page = await open('');
    await page.getByRole('link', { name: /^Sandbox/ }).click();
    await page.waitForSelector('#verdict[data-verdict="safe"]');
    await page.getByRole('button', { name: 'One node is slow: 8 minutes' }).click();
    await page.waitForSelector('#verdict[data-verdict="unsafe"]');
    await page.getByRole('tab', { name: 'Knobs' }).click();
    await page.getByRole('textbox', { name: 'Nodes' }).fill('8');
    await page.getByRole('textbox', { name: 'Nodes' }).press('Enter');
    await page.waitForURL(/nodes=8/);
    await page.getByText('Faults', { exact: true }).click();
    await page.getByRole('button', { name: /^Add at/ }).click();
    await page.waitForURL(/fault=restartAgent/);
    const link = new URL(page.url()).hash;
    await page.waitForTimeout(100);
    await settled(page);
    const digest = await page.locator('#digest').textContent();
    await page.close();
    const again = await open(link);
    await settled(again);
    expect(await again.locator('#digest').textContent()).toBe(digest);
    await again.close();
  });
});

describe('keyturn lab, served', () => {
  it('is the page on loopback, for this machine alone, until it is interrupted', async () => {
    const served = spawn(process.execPath, [command, 'lab', early, '--port', '0']);
    const [chunk] = (await once(served.stdout, 'data')) as [Buffer];
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/) /.exec(chunk.toString('utf8'))?.[1] ?? '';
    const page = await browser.newPage();
    watch(page, url, faults);
    await page.goto(url);
    await page.waitForSelector('#digest');
    expect(await page.locator('#digest').textContent()).toBe(runOf(early).digest);
    await page.close();
    // What another site's page would be, after its name was made to point here.
    const asked = get(url, { headers: { host: 'keyturn.invalid' } });
    const [answer] = (await once(asked, 'response')) as [
      { statusCode: number; resume: () => void },
    ];
    answer.resume();
    expect(answer.statusCode).toBe(404);
    served.kill('SIGINT');
    expect(await once(served, 'exit')).toEqual([0, null]);
  });
});

describe('accessibility', () => {
  const places = [
    '',
    ...['timeline', 'matrix', 'why', 'node', 'charts', 'knobs'].map(
      (view) => `#/${early}?step=3&at=520000000&view=${view}`,
    ),
    ...[`#/${early}`, `#/${early}?step=12&view=knobs`],
    '#/sandbox?view=knobs&install=50000&fault=reboot,east/n2,240000000,30000000',
  ];
  it.each(places.flatMap((hash) => [[hash, 'light'] as const, [hash, 'dark'] as const]))(
    'of "%s" in %s: axe finds nothing',
    async (hash, scheme) => {
      const page = await open(hash, scheme);
      await page.waitForTimeout(500);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const run = (
          globalThis as unknown as {
            axe: {
              run: () => Promise<{
                violations: readonly { id: string; nodes: readonly { html: string }[] }[];
              }>;
            };
          }
        ).axe;
        const { violations } = await run.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
      });
      expect(found).toEqual([]);
      await page.close();
    },
  );
});

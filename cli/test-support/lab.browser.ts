import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWholeLibrary } from '../library.ts';

/*
 * The lab in Debian's Chromium, from disk, as `npm run build` made it. What it shows is compared with
 * what the command prints.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'dist', 'cli', 'keyturn.js');
const early = 'rotation/old-key-reclaimed-early';
const folder = mkdtempSync(join(tmpdir(), 'keyturn-lab-'));
const file = join(folder, 'lab.html');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lessons = readWholeLibrary().filter(({ content }) => content.kind === 'run');

let browser: Browser;

function keyturn(...words: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [command, ...words], { encoding: 'utf8' });
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

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
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The page at a place, with its run done; whatever it asks the network for fails the test. */
async function open(hash: string, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme: scheme, reducedMotion: 'reduce' });
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) faults.push(`asks for ${request.url()}`);
  });
  page.on('close', () => {
    expect(faults).toEqual([]);
  });
  await page.goto(pathToFileURL(file).href + hash);
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

  it('have one bound: the verdict flips there, and not a millisecond below', async () => {
    const printed = /needed +ipsec-key-rotation-duration of at least (.*) with/.exec(
      keyturn('run', early),
    )?.[1];
    const { neededRotationDuration } = runOf(early).verdict.margin;
    const bound = Math.ceil(neededRotationDuration / 1000);
    const page = await open(`#/${early}?view=knobs&step=12`);
    await settled(page);
    const exact = page.getByLabel('ipsec-key-rotation-duration, in seconds');
    const verdictAt = async (milliseconds: number): Promise<string | null> => {
      await exact.fill(String(milliseconds / 1000));
      await exact.press('Enter');
      await page.waitForURL(new RegExp(`rotation=${milliseconds * 1000}`));
      await page.waitForTimeout(100);
      await settled(page);
      expect(await page.locator('#bound').textContent()).toContain(printed);
      return page.locator('#bound').getAttribute('data-safe');
    };
    expect(await verdictAt(bound - 1)).toBe('false');
    expect(await verdictAt(bound)).toBe('true');
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
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('#digest');
    expect(await page.locator('#digest').textContent()).toBe(runOf(early, '--seed', '5').digest);
    await page.close();
  });
});

describe('accessibility', () => {
  const places = [
    '',
    ...['timeline', 'matrix', 'why', 'node', 'charts', 'knobs'].map(
      (view) => `#/${early}?step=3&at=520000000&view=${view}`,
    ),
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

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyturn, launch } from './chromium.ts';

/*
 * A trace in Chrome's format, read by Chromium's own reader of it: the model behind the Performance
 * panel, which every Chromium has inside it as a module of its DevTools.
 */

const folder = mkdtempSync(join(tmpdir(), 'keyturn-chrome-trace-'));
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await browser.newPage();
  await page.goto('devtools://devtools/bundled/devtools_app.html');
  // A text: Vitest would put a function of its own in the place of `import`.
  await page.evaluate(`import('devtools://devtools/bundled/models/trace/trace.js').then((trace) => {
    globalThis.devToolsTrace = trace;
  })`);
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly ts: number;
  readonly args?: { readonly packets?: number };
}

/** The part of DevTools' `models/trace/trace.js` that is called here. */
interface DevToolsTrace {
  readonly TraceModel: {
    readonly Model: {
      readonly createWithAllHandlers: () => {
        readonly parse: (events: readonly TraceEvent[]) => Promise<void>;
        readonly parsedTrace: () => {
          readonly traceEvents: readonly TraceEvent[];
          readonly data: {
            readonly Meta: {
              readonly processNames: ReadonlyMap<number, { readonly args: { name: string } }>;
            };
          };
        } | null;
      };
    };
  };
  readonly Helpers: {
    readonly Trace: {
      readonly createMatchedSortedSyntheticEvents: (
        events: TraceEvent[],
      ) => readonly (TraceEvent & { readonly dur: number })[];
    };
  };
}

/** What DevTools makes of a trace file's text. */
async function readByDevTools(text: string) {
  return page.evaluate(async (json) => {
    const { TraceModel, Helpers } = (globalThis as unknown as { devToolsTrace: DevToolsTrace })
      .devToolsTrace;
    const { traceEvents } = JSON.parse(json) as { readonly traceEvents: readonly TraceEvent[] };
    const model = TraceModel.Model.createWithAllHandlers();
    await model.parse(traceEvents);
    const parsed = model.parsedTrace();
    if (parsed === null) throw new Error('DevTools parsed nothing');
    const processes = [...parsed.data.Meta.processNames];
    const asynchronous = parsed.traceEvents.filter(({ ph }) => ph === 'b' || ph === 'e');
    const spans = Helpers.Trace.createMatchedSortedSyntheticEvents(asynchronous);
    return {
      events: parsed.traceEvents.length,
      processes: processes.map(([pid, { args }]) => [pid, args.name] as const),
      spans: spans.map(({ pid, name, ts, dur }) => ({ pid, name, ts, dur })),
    };
  }, text);
}

function chromeTraceOf(id: string): string {
  const trace = join(folder, 'trace.jsonl');
  const out = join(folder, 'trace.json');
  keyturn('run', id, '--trace', trace);
  keyturn('report', trace, '--format', 'chrome-trace', '--out', out);
  return readFileSync(out, 'utf8');
}

const countOf = (text: string, phase: string): number => text.split(`{"ph":"${phase}"`).length - 1;

describe.each(['rotation/healthy', 'rotation/old-key-reclaimed-early'])(
  'the trace of %s, loaded by DevTools',
  (id) => {
    let text = '';
    beforeAll(() => {
      text = chromeTraceOf(id);
    });

    it('has a process for the operator and for each node, and all its events', async () => {
      const { processes, events } = await readByDevTools(text);
      expect(processes.map(([, name]) => name)).toEqual([
        'operator',
        ...['east/n1', 'east/n2', 'east/n3'].slice(0, processes.length - 1),
      ]);
      expect(events).toBe(text.trimEnd().split('\n').length - 2);
    });

    it('has a span for each stretch of a key, none of them open', async () => {
      const { spans } = await readByDevTools(text);
      expect(spans.length).toBe(countOf(text, 'b'));
      expect(spans.length).toBe(countOf(text, 'e'));
      expect(spans.every(({ dur }) => dur > 0)).toBe(true);
    });
  },
);

it('shows how long the late node sends with the old key alone', async () => {
  const { spans, processes } = await readByDevTools(
    chromeTraceOf('rotation/old-key-reclaimed-early'),
  );
  const late = processes.find(([, name]) => name === 'east/n3')?.[0];
  const sends = spans.filter(({ pid, name }) => pid === late && name.startsWith('key 3, send'));
  // It loads the new key 7m30s after the rotation at 2m, and has its states 6 x 50 ms later.
  const name = 'key 3, send: omnipresent';
  expect(sends).toEqual([{ pid: late, name, ts: 0, dur: 570_300_000 }]);
});

it('would notice a span without its end, or a text that is cut off', async () => {
  const text = chromeTraceOf('rotation/healthy');
  const { spans } = await readByDevTools(text);
  const without = text.replace(/^\{"ph":"e".*\n/m, '');
  expect((await readByDevTools(without)).spans.length).toBe(spans.length - 1);
  await expect(readByDevTools(text.slice(0, -20))).rejects.toThrow('JSON');
});

/* Makes the lab one HTML file: `npm run build`, after the compiler. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { readWholeLibrary } from '../../dist/cli/library.js';
import { loadScenario } from '../../dist/scenarios/index.js';
import { scenarioToJson } from '../../dist/sim/index.js';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

async function bundle(input) {
  const built = await rolldown({
    input: here(input),
    platform: 'browser',
    logLevel: 'warn',
  });
  const { output } = await built.generate({
    format: 'iife',
    minify: true,
    codeSplitting: false,
  });
  return output[0].code;
}

/** What a script element can hold. */
const inert = (text) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const data = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');

const lessons = readWholeLibrary().flatMap(({ id, content }) =>
  content.kind === 'run' ? [{ id, scenario: scenarioToJson(content.scenario) }] : [],
);
const sandboxFile = here('sandbox.yaml');
const sandbox = loadScenario(readFileSync(sandboxFile, 'utf8'), { file: sandboxFile });
if (!sandbox.ok) throw new Error(sandbox.error.message);
lessons.push({ id: 'sandbox', scenario: scenarioToJson(sandbox.value) });
const [worker, main] = [await bundle('worker.ts'), await bundle('main.tsx')];
const page = readFileSync(here('index.html'), 'utf8')
  .replace('/* style */', () => readFileSync(here('style.css'), 'utf8'))
  .replace('<!-- lessons -->', () => data(lessons))
  .replace('<!-- worker -->', () => inert(worker))
  .replace('<!-- main -->', () => inert(main));
const folder = here('../../dist/reports/lab/');
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}lab.html`, page);
console.log(`lab.html: ${Math.round(gzipSync(page).length / 1000)} kB compressed`);

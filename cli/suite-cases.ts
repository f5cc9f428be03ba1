import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SuiteCase } from '../properties/index.ts';
import { loadHealthyScenario, loadScenario } from '../scenarios/index.ts';
import { badInput } from './failure.ts';
import { libraryPath } from './library.ts';
import { readText } from './read-file.ts';

/** Those that have an agent's fault in them, without it; and those in which nothing is lost at all. */
export function casesOf(ids: readonly string[], seed: string | undefined): readonly SuiteCase[] {
  return ids.flatMap((id) => {
    const file = libraryPath(id);
    const source = readFileSync(file, 'utf8');
    const options = { file, readFile: (name: string) => readText(resolve(dirname(file), name)) };
    const broken = loadScenario(source, options);
    if (!broken.ok) return []; // it is there to be refused
    const healthy = loadHealthyScenario(source, options);
    if (!healthy.ok) throw badInput(healthy.error);
    const sound = healthy.value ?? broken.value;
    const seeded = seed === undefined ? {} : { seed };
    const { title, lesson } = broken.value;
    return [
      {
        id,
        title,
        sources: lesson.sources,
        sound: { ...sound, ...seeded },
        broken: { ...broken.value, ...seeded },
      },
    ];
  });
}

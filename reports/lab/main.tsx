import { render } from 'preact';
import { Bench } from './bench.tsx';
import { Home } from './home.tsx';
import { sandboxId } from './knobbed.ts';
import { scenarioOf } from './page-data.ts';
import { type Place, start } from './place.ts';
import { usePlace } from './use-place.ts';

/** Where a lesson begins; the sandbox, with what it is for. */
function openedOn(lesson: string): Place {
  return { ...start, lesson, view: lesson === sandboxId ? 'knobs' : start.view };
}

function Lab() {
  const [place, go] = usePlace();
  const scenario = scenarioOf(place.lesson);
  if (scenario === undefined) return <Home onOpen={(lesson) => go(openedOn(lesson))} />;
  return <Bench key={place.lesson} {...{ scenario, place, go }} />;
}

const root = document.getElementById('lab');
if (root !== null) render(<Lab />, root);

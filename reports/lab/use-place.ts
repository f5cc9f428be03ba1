import { useEffect, useRef, useState } from 'preact/hooks';
import { content, ownId } from './page-data.ts';
import { type Place, readPlace, start, writePlace } from './place.ts';

/** The place in the URL, and how to go elsewhere. */
export function usePlace(): readonly [Place, (change: Partial<Place>) => void] {
  const first = (): Place => {
    const read = readPlace(location.hash);
    return read.lesson === '' && content !== null && location.hash === ''
      ? { ...start, lesson: ownId }
      : read;
  };
  const [place, setPlace] = useState<Place>(first);
  const written = useRef(location.hash);
  useEffect(() => {
    const arrive = (): void => {
      if (location.hash !== written.current) setPlace(readPlace(location.hash));
    };
    addEventListener('hashchange', arrive);
    return () => {
      removeEventListener('hashchange', arrive);
    };
  }, []);
  const go = (change: Partial<Place>): void => {
    setPlace((before) => {
      const after = { ...before, ...change };
      written.current = writePlace(after);
      // A lesson or a step is worth going back to; a moment is not.
      const isNew = after.lesson !== before.lesson || after.step !== before.step;
      history[isNew ? 'pushState' : 'replaceState'](null, '', written.current);
      return after;
    });
  };
  return [place, go];
}

import { useLayoutEffect } from 'preact/hooks';
import type { Place } from './place.ts';

/** The page by keyboard: arrows and space for steps, comma and full stop for time, plus and minus to zoom. */
export function useKeys({
  place,
  at,
  toStep,
  setAt,
}: {
  readonly place: Place;
  readonly at: number;
  readonly toStep: (step: number) => void;
  readonly setAt: (at: number) => void;
}): void {
  // Before the next paint: a key that follows at once has to start from the step that is shown.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const takesKeys = /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
      const presses = target.tagName === 'BUTTON' || target.tagName === 'A';
      if (takesKeys || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ' ' && presses) return;
      const action = {
        ArrowRight: () => toStep(place.step + 1),
        ArrowLeft: () => toStep(place.step - 1),
        ' ': () => toStep(place.step + 1),
        '.': () => setAt(at + 1_000_000),
        ',': () => setAt(at - 1_000_000),
        '+': () => document.querySelector<HTMLElement>('[aria-label="Zoom in"]')?.click(),
        '-': () => document.querySelector<HTMLElement>('[aria-label="Zoom out"]')?.click(),
      }[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
    };
  });
}

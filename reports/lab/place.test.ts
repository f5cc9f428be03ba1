import { describe, expect, it } from 'vitest';
import { isUntouched, type Place, readPlace, start, untouched, writePlace } from './place.ts';

const somewhere: Place = {
  ...{
    lesson: 'rotation/old-key-reclaimed-early',
    step: 5,
    at: 520_000_000,
    view: 'node',
    node: 2,
  },
  ...{ rotationDuration: 0, slowest: 240_000_000, release: 'cilium-1.19', seed: 'a b&c=d' },
  ...{ healed: true, nodes: 7, delays: { install: 0, reclaimInterval: 30_000_000 }, off: [0, 2] },
  faults: [{ kind: 'reboot', node: 'east/n2', at: 0, duration: 30_000_000 }],
};

describe('a place in the lab', () => {
  it.each([
    ['the list', start],
    ['the start of a lesson', { ...start, lesson: 'rotation/healthy' }],
    ['a moment with every knob turned', somewhere],
  ])('is the same after a round through the URL: %s', (_what, place) => {
    expect(readPlace(writePlace(place))).toEqual(place);
  });

  it('leaves out of the URL whatever it does not read', () => {
    const place = readPlace(
      '#/x?view=nothing&step=-1&at=z&fault=flood,east/n1,1,1&fault=reboot&load=',
    );
    expect(place).toEqual({ ...start, lesson: 'x' });
  });

  it('is untouched until a knob is turned, wherever one looks', () => {
    expect(isUntouched({ ...start, lesson: 'x', step: 3, at: 5, view: 'why', node: 1 })).toBe(true);
    expect(isUntouched({ ...start, lesson: 'x', rotationDuration: 0 })).toBe(false);
    expect(isUntouched({ ...start, lesson: 'x', off: [0] })).toBe(false);
    expect(isUntouched({ ...somewhere, ...untouched })).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { outOfScope } from './test-support/out-of-scope.ts';
import { loadVectors } from './test-support/vector.ts';
import { runVector } from './test-support/vector-runner.ts';

const vectors = loadVectors();
const files = [...new Set(vectors.map(({ file }) => file))];

describe.each(files)('the model answers as Linux 6.1: %s', (file) => {
  const inScope = vectors.filter((vector) => vector.file === file && !(vector.id in outOfScope));
  for (const vector of inScope) {
    it(`${vector.id}: ${vector.title}`, () => {
      runVector(vector);
    });
  }
});

describe('the scope', () => {
  it('has a reason for every vector that is not run, and names no other', () => {
    const ids = vectors.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(outOfScope).filter((id) => !ids.includes(id))).toEqual([]);
    expect(Object.values(outOfScope).filter((reason) => reason.length < 20)).toEqual([]);
  });

  it('covers all but a few of the vectors', () => {
    expect(vectors).toHaveLength(129);
    expect(Object.keys(outOfScope)).toHaveLength(9);
  });
});

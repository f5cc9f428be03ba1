import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRecorded, replayRecorded } from './recording.ts';

const folder = new URL('./recorded/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

test.each(files)('the model answers as the kernel did: %s', (file) => {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n').filter(Boolean);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(replayRecorded(readRecorded(line))).toBeUndefined();
});

import { expect, it } from 'vitest';
import { mutants, type MutantsOptions } from './mutants.ts';

/** What the command prints, with all campaigns in this thread, and its exit code. */
async function hunted(more: Partial<MutantsOptions>): Promise<{ text: string; code: number }> {
  const given = { runs: 50, seeds: 1, seed: 1, agent: [], without: [], workers: 0, ...more };
  const pieces: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (piece: string | Uint8Array) => pieces.push(String(piece)) > 0;
  try {
    const code = await mutants(given);
    return { text: pieces.join(''), code };
  } finally {
    process.stdout.write = write;
  }
}

it('tells by what a mutant is killed, how soon, and how small the case becomes', async () => {
  const { text, code } = await hunted({ agent: ['reclaims-at-once'], seeds: 3 });
  expect(text).toMatch(/reclaims-at-once +1\.19 +safe-reclaim.* [234] nodes, [01] faults\n/);
  expect(text).toContain('1 of 1 mutants are killed');
  expect(text).toContain('1 of 1 shrunk cases (100 %) have at most 4 nodes and 3 faults');
  expect(code).toBe(0);
});

it('names the mutant that survives where what kills it is not held', async () => {
  const only = { agent: ['leaves-stale-policies'] };
  expect(await hunted(only)).toMatchObject({ code: 0 });
  const { text, code } = await hunted({ ...only, without: ['no-residue'] });
  expect(text).toContain('SURVIVES leaves-stale-policies');
  expect(code).toBe(1);
});

it('has come to no end when it is interrupted', async () => {
  const agent = ['leaves-stale-policies'];
  const pending = hunted({ agent, without: ['no-residue'], runs: 1_000_000 });
  process.emit('SIGINT');
  const { text, code } = await pending;
  expect(text).toContain('Not come to an end: 1 of 1');
  expect(code).toBe(3);
  expect(process.listenerCount('SIGINT')).toBe(0);
});

it('refuses a property that is not there', async () => {
  await expect(hunted({ without: ['no-losses'] })).rejects.toThrow(
    '--without no-losses: there is no such property',
  );
});

import type { ChunkResult, Invariant } from '../../properties/index.ts';

export interface CampaignView {
  readonly results: readonly ChunkResult[];
  readonly unreached: readonly Invariant[];
  readonly interrupted: boolean;
  readonly held: readonly Invariant[];
}

/** What a campaign generated, what it reached, and whether all held. */
export function campaignReport({ results, unreached, interrupted, held }: CampaignView): string {
  const runs = sum(results.map((result) => result.runs));
  const inconclusive = sum(results.map((result) => result.inconclusive));
  const failed = results.some(({ failure }) => failure !== undefined);
  const lines = [
    `Generated ${runs} cases${interrupted ? ', then interrupted' : ''}:`,
    ...table(totals(results.map(({ distribution }) => distribution)), runs),
    `Reached, in so many runs:`,
    ...table(totals(results.map(({ reached }) => reached)), runs),
    ...unreached.map(({ id, sentence }) => `  NEVER REACHED ${id}: ${sentence}`),
    ...(inconclusive === 0 ? [] : [`${inconclusive} runs came to no end`]),
    failed
      ? `A case violates what must hold`
      : `All ${held.filter(({ kind }) => kind !== 'sometimes').length} properties held in ${runs} cases`,
  ];
  return `${lines.join('\n')}\n`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function totals(
  parts: readonly Readonly<Record<string, number>>[],
): readonly (readonly [string, number])[] {
  const total = new Map<string, number>();
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) {
      total.set(name, (total.get(name) ?? 0) + count);
    }
  }
  return [...total].sort(([one], [other]) => (one < other ? -1 : 1));
}

function table(rows: readonly (readonly [string, number])[], runs: number): readonly string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, count]) => {
    const share = runs === 0 ? 0 : (100 * count) / runs;
    return `  ${name.padEnd(width)}  ${String(count).padStart(8)}  ${share.toFixed(1).padStart(5)} %`;
  });
}

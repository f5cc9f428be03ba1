import type { XfrmState } from '../state.ts';

/** The kinds of lines of `ip -s xfrm state` that the model can make for a state. */
const lines: readonly {
  readonly pattern: RegExp;
  readonly print: (state: XfrmState) => string | undefined;
}[] = [
  {
    pattern: /^src \S+ dst \S+$/,
    print: ({ source, destination }) => `src ${source.text} dst ${destination.text}`,
  },
  {
    pattern: /^proto esp spi /,
    print: ({ spi, shape }) =>
      `proto esp spi 0x${hex(spi).padStart(8, '0')} reqid ${shape.reqid} mode ${shape.mode}`,
  },
  {
    pattern: /^mark /,
    print: ({ mark }) =>
      mark.mask === 0 ? undefined : `mark 0x${hex(mark.value)}/0x${hex(mark.mask)}`,
  },
  {
    pattern: /^output-mark /,
    print: ({ shape: { outputMark: mark } }) =>
      mark && `output-mark 0x${hex(mark.value)}/0x${hex(mark.mask)}`,
  },
  {
    pattern: /^\d+\(bytes\), \d+\(packets\)/,
    print: ({ statistics: { bytes, packets } }) => `${bytes}(bytes), ${packets}(packets)`,
  },
  {
    pattern: /^replay-window \d+ replay /,
    print: ({ statistics: { replayWindow, replay, failed } }) =>
      `replay-window ${replayWindow} replay ${replay} failed ${failed}`,
  },
  { pattern: /^anti-replay context: /, print: legacyContext },
  { pattern: /^seq-hi /, print: esnContext },
  { pattern: /^replay_window \d+/, print: ringSize },
];

function legacyContext({ shape, statistics, activity }: XfrmState): string | undefined {
  if (shape.replay.kind !== 'legacy') return undefined;
  const { inputLow, outputLow } = statistics;
  const bitmap = hex((activity?.legacyBitmap ?? 0) >>> 0).padStart(8, '0');
  return `anti-replay context: seq 0x${hex(inputLow)}, oseq 0x${hex(outputLow)}, bitmap 0x${bitmap}`;
}

function esnContext({ shape, statistics }: XfrmState): string | undefined {
  if (shape.replay.kind === 'legacy') return undefined;
  const { inputHigh, inputLow, outputHigh, outputLow } = statistics;
  const input = `seq-hi 0x${hex(inputHigh)}, seq 0x${hex(inputLow)}`;
  return `${input}, oseq-hi 0x${hex(outputHigh)}, oseq 0x${hex(outputLow)}`;
}

function ringSize({ shape: { replay } }: XfrmState): string | undefined {
  if (replay.kind === 'legacy') return undefined;
  return `replay_window ${replay.window}, bitmap-length ${Math.ceil(replay.window / 32)}`;
}

function hex(number: number): string {
  return number.toString(16);
}

/**
 * Of a real listing the lines that the model can make, and the model's own. Lines of a kind that
 * the command filtered out are left out of both.
 */
export function compareListing(
  output: readonly string[],
  states: readonly XfrmState[],
): { readonly kernel: string[]; readonly model: string[] } {
  const shown = lines.filter(({ pattern }) => output.some((line) => pattern.test(line)));
  // `ip xfrm state` lists the newest first.
  const model = states
    .toReversed()
    .flatMap((state) => shown.flatMap(({ print }) => print(state) ?? []));
  const kernel = output
    .filter((line) => shown.some(({ pattern }) => pattern.test(line)))
    .map((line) => line.replace(/^(\d+\(bytes\), \d+\(packets\)).*/, '$1'));
  return { kernel: kernel.sort(), model: model.sort() };
}

import { afterEach, describe, expect, test, vi } from 'vitest';
import { outOfScope } from './test-support/out-of-scope.ts';
import { loadVectors } from './test-support/vector.ts';

/**
 * The model with one of its rules broken: the vectors of a real kernel must notice. Each mutant takes
 * the place of one function of a module; the rest of the model is as it is.
 */
const mutants: readonly {
  readonly rule: string;
  readonly module: string;
  readonly broken: (actual: Record<string, (...words: never[]) => unknown>) => object;
}[] = [
  {
    rule: 'a number seen before is refused (ESN)',
    module: './replay/esn-window.ts',
    broken: () => ({ checkEsn: () => 'fresh' }),
  },
  {
    rule: 'the high half of a number is inferred from the window',
    module: './replay/esn-window.ts',
    broken: () => ({ inferHigh: ({ topHigh }: { topHigh: number }) => topHigh }),
  },
  {
    rule: 'the window has the size that was asked for (legacy)',
    module: './replay/legacy-window.ts',
    broken: ({ checkLegacy }) => ({
      checkLegacy: (activity: never, window: number, sequence: never) =>
        checkLegacy?.(activity, (window === 0 ? 0 : window + 1) as never, sequence),
    }),
  },
  {
    rule: 'a wrong ICV is refused',
    module: './decryption.ts',
    broken: () => ({ decrypt: () => 'authentic' }),
  },
  {
    rule: 'a state ends with its lifetime',
    module: './lifetime.ts',
    broken: () => ({ withinLimits: () => true }),
  },
  {
    rule: 'the last number is the last packet',
    module: './replay/output-number.ts',
    broken: () => ({
      takeOutputNumber: (activity: { outputLow: number }) => {
        activity.outputLow = (activity.outputLow + 1) >>> 0;
        return true;
      },
    }),
  },
  {
    rule: "a state's selector must admit what comes out of it",
    module: './policy-check.ts',
    broken: () => ({ admittedByStates: () => true }),
  },
  {
    rule: 'a policy demands its templates',
    module: './template-match.ts',
    broken: () => ({ satisfiesTemplates: () => true }),
  },
  {
    rule: 'traffic out of a tunnel needs a policy',
    module: './policy-check.ts',
    broken: () => ({ judgeWithoutPolicy: () => undefined }),
  },
  {
    rule: 'the output mark replaces the bits that its mask names',
    module: './mark.ts',
    broken: () => ({ applyMark: (_mark: unknown, packetMark: number) => packetMark }),
  },
  {
    rule: 'a packet that must not be fragmented has to fit through the tunnel',
    module: './esp-size.ts',
    broken: () => ({ tunnelMtu: () => Number.POSITIVE_INFINITY }),
  },
  {
    rule: 'an update leaves the numbers and the window alone',
    module: './state-requests.ts',
    broken: ({ addState, deleteState }) => ({
      updateState: (kernel: { now: never }, config: { spi: number; destination: unknown }) => {
        const mark = { value: 0, mask: 0 };
        deleteState?.(kernel as never, { ...config, mark } as never);
        return addState?.(kernel as never, config as never, kernel.now);
      },
    }),
  },
];

const vectors = loadVectors().filter(({ id }) => !(id in outOfScope));

/** The first vector that the model, as it is loaded now, does not answer as the kernel did. */
async function firstFailing(): Promise<string | undefined> {
  const { runVector } = await import('./test-support/vector-runner.ts');
  return vectors.find((vector) => {
    try {
      runVector(vector);
      return false;
    } catch {
      return true;
    }
  })?.id;
}

afterEach(() => {
  vi.resetModules();
});

describe('a broken rule is noticed by the vectors', () => {
  test('no vector fails without one', async () => {
    expect(await firstFailing()).toBeUndefined();
  });

  test.each(mutants)('$rule', async ({ module, broken }) => {
    vi.doMock(module, async (original) => {
      const actual = await original<Record<string, (...words: never[]) => unknown>>();
      return { ...actual, ...broken(actual) };
    });
    const noticed = await firstFailing();
    vi.doUnmock(module);
    expect(noticed).toBeDefined();
  });
});

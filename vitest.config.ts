import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{model,agents,sim,properties,scenarios,oracle,reports,cli,bench}/**/*.test.ts',
      '*.test.ts',
    ],
    testTimeout: 240_000,
    // What modules remember are answers that are the same whoever asks first. To load them all anew for
    // each file takes as long as the tests.
    isolate: false,
    coverage: {
      provider: 'v8',
      reporter: [['text', { skipFull: true }], ['lcov']],
      include: ['{model,agents,sim,properties,scenarios,oracle,reports,cli}/**/*.ts'],
      // What has no code of its own, and the command's first file, which only a process runs.
      exclude: [
        ...['**/*.test.ts', '**/test-support/**', '**/index.ts', 'cli/keyturn.ts'],
        // What talks to a kernel: `npm run test:kernel` runs it.
        'oracle/linux/**',
      ],
      thresholds: {
        ...{ lines: 90, functions: 90, branches: 80, statements: 90 },
        // What a verdict rests on.
        '{model,sim}/**': { branches: 95 },
      },
    },
  },
});

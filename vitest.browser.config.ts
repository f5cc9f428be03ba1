import { defineConfig } from 'vitest/config';

/** `npm run test:browser`: needs the built page, and Chromium. */
export default defineConfig({
  test: { include: ['cli/test-support/*.browser.ts'], testTimeout: 90_000, hookTimeout: 120_000 },
});

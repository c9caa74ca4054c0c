import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A stack is made in half a second, and in ten on a machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

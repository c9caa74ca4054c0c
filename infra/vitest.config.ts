import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One worker for all files: loading the CDK costs more than all tests, and no test changes what others see.
    pool: 'threads',
    isolate: false,
    fileParallelism: false,
    // A stack is made in half a second, and in ten on a machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

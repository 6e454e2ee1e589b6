import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/prepared-database.ts'],
    include: ['{src,channels,lab,test,bench}/**/*.test.ts'],
    // Most of a story is waiting; one worker less than there are processors, the default, would leave half of two idle.
    maxWorkers: 2,
    // Each story opens a database of its own, and a busy machine needs its time for that.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

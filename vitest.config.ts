import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/prepared-database.ts'],
    include: ['{src,channels,lab,test,bench}/**/*.test.ts'],
    // Most of a story is waiting: one worker more than two processors keeps both busy.
    maxWorkers: 3,
    // No module is mocked, so files can share what a worker has loaded; loading it anew for each took an eighth of the time.
    isolate: false,
    // Each story opens a database of its own, and a busy machine needs its time for that.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});

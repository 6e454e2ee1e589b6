import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Packages then load what runs in production, and not a slower build that checks itself: the parser of Markdown took half as long again.
process.env['NODE_ENV'] = 'production';

const stories = new URL('test/', import.meta.url).pathname;

/** The stories take longest: begun first, none of them is left alone at the end while the other processor has nothing to do. */
class StoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isStory = ({ moduleId }: TestSpecification): boolean => moduleId.startsWith(stories);
    return [...sorted.filter(isStory), ...sorted.filter((file) => !isStory(file))];
  }
}

export default defineConfig({
  test: {
    setupFiles: ['test/support/own-world.ts'],
    globalSetup: ['test/support/prepared-database.ts'],
    include: ['{src,channels,lab,test,bench}/**/*.test.ts'],
    // Most of a story is waiting: one worker more than two processors keeps both busy.
    maxWorkers: 3,
    sequence: { sequencer: StoriesFirst },
    // No module is mocked, so files can share what a worker has loaded; loading it anew for each took an eighth of the time.
    isolate: false,
    // Each story opens a database of its own, and a busy machine needs its time for that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});

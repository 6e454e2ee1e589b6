import type { Shelf } from '#core/channel.ts';

/** A shelf that lasts as long as the test, for as many channels as are given it. */
export const createMemoryShelf = (kept: Iterable<[string, string]> = []): Shelf => {
  const values = new Map(kept);
  const turns = new Map<string, Promise<unknown>>();
  return {
    read: async (name) => values.get(name) ?? null,
    write: async (name, value) => void values.set(name, value),
    forget: async (name) => void values.delete(name),
    exclusively: (name, work) => {
      const done = (turns.get(name) ?? Promise.resolve()).then(work);
      turns.set(
        name,
        done.catch(() => undefined),
      );
      return done;
    },
  };
};

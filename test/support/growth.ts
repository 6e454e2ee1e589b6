/** Runs of each length: the shortest is the one that nothing disturbed. */
const runs = 4;
/** Below this a difference is noise, in ms. */
const noiseMs = 2;

const shortest = (work: () => unknown): number =>
  Math.min(
    ...Array.from({ length: runs }, () => {
      const began = performance.now();
      work();
      return performance.now() - began;
    }),
  );

/**
 * How many times longer the work takes on a text four times as long, of about 20,000 characters: about 4 where it is linear and 16 where
 * it is quadratic, on a fast and on a slow machine.
 */
export const growth = (work: (text: string) => unknown, seed: string): number => {
  const textOf = (length: number): string => seed.repeat(Math.ceil(length / seed.length));
  const [short, long] = [textOf(5000), textOf(20_000)];
  return (
    shortest(() => work(long)) /
    Math.max(
      noiseMs,
      shortest(() => work(short)),
    )
  );
};

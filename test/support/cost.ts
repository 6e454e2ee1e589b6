/** Runs of each length: the shortest is the one that nothing disturbed. */
const runs = 4;
/** Below this a difference is noise, in ms. */
const noiseMs = 2;

/** What this thread has computed so far, in ms: whatever else the machine does is not in it. */
const computedMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** The time the work computes, in ms. */
export const shortest = (work: () => unknown): number =>
  Math.min(
    ...Array.from({ length: runs }, () => {
      const began = computedMs();
      work();
      return computedMs() - began;
    }),
  );

/**
 * The time of the work on 20,000 characters, in ms, and how many times longer that is than on a quarter of them: about 4 where it is linear
 * and 16 where it is quadratic, on a fast and on a slow machine.
 */
export const costOn = (
  seed: string,
  work: (text: string) => unknown,
): { readonly ms: number; readonly growth: number } => {
  const [long, short] = [20_000, 5000].map((length) => {
    const text = seed.repeat(Math.ceil(length / seed.length));
    return shortest(() => work(text));
  }) as [number, number];
  return { ms: long, growth: long / Math.max(noiseMs, short) };
};

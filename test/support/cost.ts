/** The clock of a thread may tick every 4 ms only: what is measured must take many of them. */
const leastMs = 40;

/** What this thread has computed so far, in ms: whatever else the machine does is not in it. */
const computedMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** The time the work computes, in ms, once it is warm. */
export const computing = (work: () => unknown): number => {
  work();
  const began = computedMs();
  for (let times = 1; ; times += 1) {
    work();
    const ms = computedMs() - began;
    if (ms >= leastMs) return ms / times;
  }
};

/**
 * The time of the work on 20,000 characters, in ms, and how many times longer that is than on a quarter of them: about 4 where it is linear
 * and 16 where it is quadratic, on a fast and on a slow machine.
 */
export const costOn = (
  seed: string,
  work: (text: string) => unknown,
): { readonly ms: number; readonly growth: number } => {
  const [short, long] = [5000, 20_000].map((length) => {
    const text = seed.repeat(Math.ceil(length / seed.length));
    return computing(() => work(text));
  }) as [number, number];
  return { ms: long, growth: long / short };
};

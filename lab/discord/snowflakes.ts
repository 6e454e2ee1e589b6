/** Milliseconds of the first second of 2015, where Discord's ids start. */
const epochMs = 1_420_070_400_000n;

/** Ids as Discord makes them: time order is number order, 17 digits or more. */
export function createSnowflakes(): () => string {
  let last = 0n;
  return () => {
    const fromClock = (BigInt(Date.now()) - epochMs) << 22n;
    last = fromClock > last ? fromClock : last + 1n;
    return String(last);
  };
}

/** Oldest first. */
export const bySnowflake = (a: { readonly id: string }, b: { readonly id: string }): number =>
  BigInt(a.id) < BigInt(b.id) ? -1 : 1;

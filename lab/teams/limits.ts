/** Sends (create and update together) of one bot in one thread: at most so many within so long (Teams bot rate limits). */
const sendWindows = [
  { count: 7, spanMs: 1000 },
  { count: 8, spanMs: 2000 },
  { count: 60, spanMs: 30_000 },
  { count: 1800, spanMs: 3_600_000 },
];

export interface SendLimits {
  /** Counts one send; answers 0, or the seconds to wait when it is one too many (refused sends do not count). */
  waitSeconds(thread: string): number;
}

export function createSendLimits(now: () => number = Date.now): SendLimits {
  const sends = new Map<string, number[]>();
  return {
    waitSeconds(thread) {
      const longest = sendWindows.at(-1)?.spanMs ?? 0;
      const past = (sends.get(thread) ?? []).filter((at) => at > now() - longest);
      sends.set(thread, past);
      for (const { count, spanMs } of sendWindows) {
        const inside = past.filter((at) => at > now() - spanMs);
        const oldest = inside[inside.length - count];
        if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + spanMs - now()) / 1000));
      }
      past.push(now());
      return 0;
    },
  };
}

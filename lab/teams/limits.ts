/** At most so many within so long (learn.microsoft.com, Teams bot rate limits). */
interface Window {
  readonly count: number;
  readonly spanMs: number;
}

export type CallKind = 'send' | 'members' | 'other';

/** Of one bot in one conversation; a create and an update are both a send. */
const perConversation: Readonly<Record<CallKind, readonly Window[]>> = {
  send: [
    { count: 7, spanMs: 1000 },
    { count: 8, spanMs: 2000 },
    { count: 60, spanMs: 30_000 },
    { count: 1800, spanMs: 3_600_000 },
  ],
  members: [
    { count: 14, spanMs: 1000 },
    { count: 16, spanMs: 2000 },
    { count: 120, spanMs: 30_000 },
    { count: 3600, spanMs: 3_600_000 },
  ],
  other: [],
};
/** Of one app in one tenant, over all. */
const perTenant: readonly Window[] = [{ count: 50, spanMs: 1000 }];

export interface Limits {
  /** Counts one call; answers 0, or the seconds to wait when it is one too many (refused calls do not count). */
  waitSeconds(kind: CallKind, conversation: string): number;
  /** Calls told to wait so far. */
  refused(): number;
}

export function createLimits(now: () => number = () => Date.now()): Limits {
  const calls = new Map<string, number[]>();
  let refused = 0;

  function pastOf(key: string, windows: readonly Window[]): number[] {
    const longest = windows.at(-1)?.spanMs ?? 0;
    const past = (calls.get(key) ?? []).filter((at) => at > now() - longest);
    calls.set(key, past);
    return past;
  }

  function waitMs(past: readonly number[], windows: readonly Window[]): number {
    for (const { count, spanMs } of windows) {
      const inside = past.filter((at) => at > now() - spanMs);
      const oldest = inside[inside.length - count];
      if (oldest !== undefined) return oldest + spanMs - now();
    }
    return 0;
  }

  return {
    refused: () => refused,
    waitSeconds(kind, conversation) {
      const counters = [
        { past: pastOf('', perTenant), windows: perTenant },
        { past: pastOf(`${kind} ${conversation}`, perConversation[kind]), windows: perConversation[kind] },
      ];
      for (const { past, windows } of counters) {
        const wait = waitMs(past, windows);
        if (wait === 0) continue;
        refused += 1;
        return Math.max(1, Math.ceil(wait / 1000));
      }
      for (const { past } of counters) past.push(now());
      return 0;
    },
  };
}

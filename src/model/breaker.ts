export interface BreakerSettings {
  /** So many failures within the window, and it is asked no more. */
  readonly failures: number;
  readonly windowMs: number;
  /** Then one request tries whether it is well again. */
  readonly openMs: number;
}

export type BreakerState = 'closed' | 'open' | 'trying';

export interface Breaker {
  readonly state: BreakerState;
  /** It failed a short while ago: others are asked before it. */
  readonly isShaky: boolean;
  /** Whether a request may be made now; each one that is must be settled by one of the following. */
  take(): boolean;
  succeeded(): void;
  failed(): void;
  /** It ended in a way that tells nothing. */
  left(): void;
}

/** Spares a provider that fails, and those who would wait for it. Time in ms. */
export const createBreaker = (
  { failures, windowMs, openMs }: BreakerSettings,
  onChange: (state: BreakerState) => void,
  now: () => number = Date.now,
): Breaker => {
  let failedAt: number[] = [];
  let state: BreakerState = 'closed';
  let openedAt = 0;
  const to = (next: BreakerState): void => {
    if (next === state) return;
    state = next;
    onChange(next);
  };
  const open = (): void => {
    openedAt = now();
    to('open');
  };
  return {
    get state() {
      return state;
    },
    get isShaky() {
      return now() - (failedAt.at(-1) ?? -Infinity) < openMs;
    },
    take: () => {
      if (state === 'closed') return true;
      if (state === 'trying' || now() - openedAt < openMs) return false;
      to('trying');
      return true;
    },
    succeeded: () => {
      failedAt = [];
      to('closed');
    },
    failed: () => {
      failedAt = [...failedAt.filter((at) => now() - at < windowMs), now()].slice(-failures);
      if (state === 'trying' || failedAt.length >= failures) open();
    },
    left: () => {
      // The next one may try.
      if (state === 'trying') to('open');
    },
  };
};

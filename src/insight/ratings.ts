import type { Metrics } from './metrics.ts';
import type { Traces } from './traces.ts';

/** Counts how a case was handled, and scores the trace of the last answer before it. */
export const createOnRated =
  (metrics: Pick<Metrics, 'ratings'>, traces: Pick<Traces, 'rate'>) =>
  (channel: string, turn: string | null, score: number): void => {
    metrics.ratings(channel, String(score));
    if (turn !== null) traces.rate(turn, score);
  };

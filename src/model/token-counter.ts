import type { ModelCall } from '#core/model.ts';
import { estimateTokens } from '#core/tokens.ts';

export interface TokenCounter {
  /** Tokens of a text for this model: an estimate, corrected by what the provider has counted of earlier requests. */
  count(model: string, text: string): number;
  /** Learns from a call that is over. */
  learn(call: ModelCall): void;
}

/** Weight of the newest request in the averages. */
const weight = 0.2;
/** No provider counts less or more than these times the estimate: what does is a mistake in the counting. */
const [least, most] = [0.25, 2] as const;
const modelsMax = 100;

/** A moving average of counted to estimated tokens by model, and of how far single requests are from it: on the side of too many. */
export const createTokenCounter = (): TokenCounter => {
  const ratios = new Map<string, { mean: number; deviation: number }>();
  return {
    count: (model, text) => {
      const { mean, deviation } = ratios.get(model) ?? { mean: 1, deviation: 0 };
      return Math.ceil(estimateTokens(text) * Math.min(most, Math.max(least, mean + 2 * deviation)));
    },
    learn: ({ model, outcome, usage, estimatedTokens }) => {
      const counted = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
      if (outcome !== 'done' || !estimatedTokens || counted === 0) return;
      const ratio = counted / estimatedTokens;
      const known = ratios.get(model);
      if (!known && ratios.size >= modelsMax) return;
      const { mean, deviation } = known ?? { mean: ratio, deviation: ratio / 8 };
      ratios.set(model, {
        mean: mean + weight * (ratio - mean),
        deviation: deviation + weight * (Math.abs(ratio - mean) - deviation),
      });
    },
  };
};

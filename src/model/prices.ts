import type { Usage } from '#core/model.ts';

/** Dollars for a million tokens, which is as many millionths of a dollar for one. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Millionths of a dollar, rounded up; what has no price costs nothing. */
export const toCostMicros = (price: Price | undefined, usage: Usage): number =>
  price === undefined
    ? 0
    : Math.ceil(
        usage.inputTokens * price.input +
          usage.outputTokens * price.output +
          usage.cacheReadTokens * price.cacheRead +
          usage.cacheWriteTokens * price.cacheWrite,
      );

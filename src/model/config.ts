import { z } from 'zod';

const count = z.number().int().positive();

/** Characters: it is sent with every question. */
const characterLengthMax = 1000;

/** Who answers, and how; an organization may have its own. */
export const answering = z.strictObject({
  name: z.string().min(1),
  model: z.string().min(1),
  fallbackModel: z.string().min(1),
  smallerModel: z.string(),
  monthlyBudgetUsd: z.number().min(0),
  persona: z.string().max(characterLengthMax),
  tone: z.string().max(characterLengthMax),
});
/** How long a provider is waited for. */
const patience = z.strictObject({ firstTokenMs: count, silenceMs: count });
const dollars = z.number().min(0);
const share = z.number().min(0).max(1);
export const models = z.strictObject({
  claude: patience,
  compatible: patience,
  breaker: z.strictObject({ failures: count, windowMs: count, openMs: count }),
  hedgeMs: z.number().int().min(0),
  prices: z.record(
    z.string(),
    z.strictObject({ input: dollars, output: dollars, cacheRead: dollars, cacheWrite: dollars }),
  ),
  budget: z.strictObject({ smallerAt: share, shorterAt: share }),
});

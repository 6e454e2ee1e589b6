import { z } from 'zod';

const count = z.number().int().positive();
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'small letters, digits and hyphens');
const address = z.url({ protocol: /^https?$/ });
const common = {
  name,
  /** Whom its documents are for, where they do not say it themselves. */
  audience: z.array(z.string().min(1)).min(1).optional(),
};
const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
};

/** How much of a file is read: of a folder, of a source, or sent by a person. */
const files = z.strictObject({
  documentBytesMax: count,
  collectionBytesMax: count,
  packedBytesMax: count,
  unpackedBytesMax: count,
  unpackedRatioMax: count,
  pagesMax: count,
  readMs: count,
  memoryMbMax: count,
});
export type FileLimits = z.infer<typeof files>;

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('website'),
    ...common,
    sitemap: address,
    include: z.string().refine(isPattern, 'a regular expression').optional(),
  }),
  z.strictObject({
    kind: z.literal('git'),
    ...common,
    url: z.string().min(1),
    branch: z.string().optional(),
    folder: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('zendesk'), ...common, url: address, locale: z.string().min(2) }),
  z.strictObject({ kind: z.literal('intercom'), ...common, url: address.default('https://api.intercom.io') }),
]);
export type SourceSettings = z.infer<typeof source>;

/** What is answered from. */
export const knowledge = z.strictObject({
  audiences: z.record(z.string(), z.array(z.string().min(1))),
  folders: z.array(z.string()),
  sources: z.array(source),
  everyMinutes: z.number().min(0),
  embedder: z.strictObject({
    kind: z.enum(['embedded', 'openai', 'voyage']),
    url: z.string(),
    model: z.string(),
    dimensions: count.max(16_000),
    shortens: z.boolean(),
    languages: z.array(z.string().min(2)).min(1),
    batch: count,
    timeoutMs: count,
    questionMs: count,
  }),
  reranker: z.strictObject({
    kind: z.enum(['none', 'cohere', 'voyage', 'tei']),
    url: z.string(),
    model: z.string(),
    waitMs: count,
  }),
  files,
  reading: z.strictObject({
    bytesMax: count,
    timeoutMs: count,
    waitMsMax: count,
    pagesMax: count,
    listsMax: count,
    pauseMs: z.number().int().min(0),
    gitMs: count,
  }),
});

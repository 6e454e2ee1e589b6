import OpenAI from 'openai';

import type { Harm, Moderator } from '#core/moderation.ts';

export interface OpenAiModeratorSettings {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly model: string;
}

/** Their categories in our words (openai: docs/guides/moderation). */
const harmOf: Readonly<Record<string, Harm>> = {
  harassment: 'harassment',
  'harassment/threatening': 'violence',
  hate: 'hate',
  'hate/threatening': 'hate',
  illicit: 'illicit',
  'illicit/violent': 'weapons',
  'self-harm': 'self_harm',
  'self-harm/intent': 'self_harm',
  'self-harm/instructions': 'self_harm',
  sexual: 'sexual',
  'sexual/minors': 'sexual_minors',
  violence: 'violence',
  'violence/graphic': 'violence',
};

/** The moderation endpoint of OpenAI, or of whoever speaks the same. */
export const createOpenAiModerator = ({ apiKey, baseUrl, model }: OpenAiModeratorSettings): Moderator => {
  const client = new OpenAI({ apiKey, maxRetries: 0, ...(baseUrl ? { baseURL: baseUrl } : {}) });
  return {
    name: 'moderation',
    check: async (text, signal) => {
      const { results } = await client.moderations.create({ model, input: text }, { signal });
      const flagged = results.flatMap(({ categories }) =>
        Object.entries(categories).flatMap(([category, isFlagged]) => (isFlagged ? [category] : [])),
      );
      return [...new Set(flagged.flatMap((category) => harmOf[category] ?? []))];
    },
  };
};

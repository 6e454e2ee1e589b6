import OpenAI from 'openai';

import type { Harm, Moderator } from '#core/moderation.ts';

export interface LlamaGuardSettings {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
}

/** The hazards of Llama Guard 3 and 4 in our words (MLCommons taxonomy, as on the models' cards). */
const harmOf: Readonly<Record<string, Harm>> = {
  S1: 'violence',
  S2: 'illicit',
  S3: 'sexual',
  S4: 'sexual_minors',
  S5: 'defamation',
  S6: 'advice',
  S7: 'privacy',
  S8: 'intellectual_property',
  S9: 'weapons',
  S10: 'hate',
  S11: 'self_harm',
  S12: 'sexual',
  S13: 'elections',
  S14: 'code_abuse',
};

const answerTokensMax = 30;

/** `safe`, or `unsafe` and a line of hazards such as `S1,S10`. Throws where it is neither. */
export const readVerdict = (answer: string): Harm[] => {
  const [verdict = '', hazards = ''] = answer.trim().split(/\s*\n\s*/);
  if (verdict.toLowerCase() === 'safe') return [];
  const found = hazards.split(/[,\s]+/).flatMap((hazard) => harmOf[hazard.toUpperCase()] ?? []);
  if (verdict.toLowerCase() !== 'unsafe' || found.length === 0)
    throw new Error('the model that guards gave no verdict that can be read');
  return [...new Set(found)];
};

/** A Llama Guard of one's own, behind any endpoint that speaks chat completions (vLLM, Ollama); the server knows its template. */
export const createLlamaGuard = ({ apiKey, baseUrl, model }: LlamaGuardSettings): Moderator => {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 });
  return {
    name: 'llama_guard',
    check: async (text, signal) => {
      const { choices } = await client.chat.completions.create(
        { model, messages: [{ role: 'user', content: text }], max_tokens: answerTokensMax, temperature: 0 },
        { signal },
      );
      return readVerdict(choices[0]?.message.content ?? '');
    },
  };
};

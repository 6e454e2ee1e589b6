import { given } from '#core/given.ts';
import type { Model } from '#core/model.ts';

import { createClaude } from './claude.ts';
import { createExtractive, type Extract, type ExtractiveTexts } from './extractive.ts';
import { createFallback } from './fallback.ts';
import { createOpenAiCompatible } from './openai-compatible.ts';

interface Access {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly model: string;
}

/** Null where there is no key. */
export const accessTo = (model: string, apiKey: string | undefined, baseUrl: string | undefined): Access | null =>
  apiKey ? { model, apiKey, ...given({ baseUrl }) } : null;

export interface ModelSettings {
  readonly claude: Access | null;
  /** Asked when Claude fails, or alone where there is no key for Claude. */
  readonly fallback: Access | null;
  readonly silenceMs: number;
  readonly retriesMax: number;
  readonly extract: Extract;
  /** What is said around the quotes, in the language of what is asked. */
  readonly textsFor: (asked: string) => ExtractiveTexts;
}

/** Claude first, then the fallback; without any key, quotes from the knowledge base. */
export const chooseModel = ({ claude, fallback, silenceMs, retriesMax, extract, textsFor }: ModelSettings): Model => {
  const bounds = { silenceMs, retriesMax };
  const [first, ...others] = [
    ...(claude ? [createClaude({ ...claude, ...bounds })] : []),
    ...(fallback ? [createOpenAiCompatible({ ...fallback, ...bounds })] : []),
  ];
  if (!first) return createExtractive({ extract, textsFor });
  return others.length === 0 ? first : createFallback([first, ...others]);
};

import type { AnthropicLab } from '#lab/anthropic/server.ts';
import { extractAnswer } from '#knowledge/extract.ts';
import { chooseModel, type ModelSettings } from '#model/choose.ts';

/** The real choice of models, with these settings; without any there is nothing but quotes. */
export const chooseForTest = (settings: Partial<ModelSettings>) =>
  chooseModel({
    claude: null,
    fallback: null,
    silenceMs: 60_000,
    retriesMax: 0,
    extract: extractAnswer,
    textsFor: () => ({ greeting: '', found: '', notFound: '' }),
    ...settings,
  });

/** Claude in a box, and nobody to stand in for it. */
export const claudeAlone = ({ url }: AnthropicLab) =>
  chooseForTest({ claude: { apiKey: 'key', baseUrl: url, model: 'claude' } });

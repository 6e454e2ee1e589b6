import type { AnthropicLab } from '#lab/anthropic/server.ts';
import { extractAnswer } from '#knowledge/extract.ts';
import { type Access, chooseModel, type ModelChoice, type ModelSettings } from '#model/choose.ts';

/** Where a provider in a box is, and which of its models is asked. */
interface ChosenProvider extends Partial<Access> {
  readonly apiKey: string;
  readonly model: string;
}

const patience = { firstTokenMs: 60_000, silenceMs: 60_000 };

/** The real choice of models, with these settings; without any there is nothing but quotes. */
export const chooseForTest = ({
  claude,
  fallback,
  ...settings
}: Partial<Omit<ModelSettings, 'claude' | 'compatible'>> & {
  readonly claude?: ChosenProvider;
  readonly fallback?: ChosenProvider;
}) => {
  const choice: ModelChoice = { model: claude?.model ?? '', fallbackModel: fallback?.model ?? '', smallerModel: '' };
  return chooseModel({
    claude: claude ? { ...patience, ...claude } : null,
    compatible: fallback ? { ...patience, ...fallback } : null,
    choiceOf: () => choice,
    retriesMax: 0,
    breaker: { failures: 100, windowMs: 60_000, openMs: 30_000 },
    hedgeMs: 0,
    extract: extractAnswer,
    textsFor: () => ({ greeting: '', found: '', notFound: '' }),
    onCall: () => undefined,
    onBreaker: () => undefined,
    ...settings,
  });
};

/** Claude in a box, and nobody to stand in for it. */
export const claudeAlone = ({ url }: AnthropicLab) =>
  chooseForTest({ claude: { apiKey: 'key', baseUrl: url, model: 'claude' } });

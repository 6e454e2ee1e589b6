import type { Model } from '#core/model.ts';
import { extractAnswer } from '#knowledge/extract.ts';
import { accessTo, chooseModel } from '#model/choose.ts';
import { createDigest } from '#model/digest.ts';
import { type Prompt, readPrompt } from '#model/prompts.ts';

import type { SummarizeParts } from '#conversation/summarize.ts';

import type { Config } from './config.ts';
import type { Voice } from './voice.ts';

export interface ModelsSettings {
  readonly config: Config;
  readonly voice: Voice;
  /** In place of those that the settings name. */
  readonly own: Model | undefined;
}

export interface Models {
  readonly model: Model;
  readonly answerPrompt: Prompt;
  readonly digest: SummarizeParts['digest'];
}

/** The language models, and what they are told. Throws ConfigError where a prompt is not as it must be. */
export const openModels = ({ config, voice, own }: ModelsSettings): Models => {
  const { assistant, secrets, limits } = config;
  const prompts = new URL('../prompts/', import.meta.url);
  const model =
    own ??
    chooseModel({
      claude: accessTo(assistant.model, secrets.ANTHROPIC_API_KEY, secrets.ANTHROPIC_BASE_URL),
      fallback: accessTo(assistant.fallbackModel, secrets.OPENAI_API_KEY, secrets.OPENAI_BASE_URL),
      silenceMs: limits.silenceMs,
      retriesMax: limits.modelRetriesMax,
      extract: extractAnswer,
      textsFor: voice.textsFor,
    });
  return {
    model,
    answerPrompt: readPrompt(prompts, 'answer'),
    digest: createDigest({ model, prompt: readPrompt(prompts, 'summarize'), answerMs: limits.answerMs }),
  };
};

import type { Model } from '#core/model.ts';

import { createClaude } from './claude.ts';
import { createExtractive, type Extract, type ExtractiveTexts } from './extractive.ts';

export interface ModelSettings {
  readonly anthropicKey?: string;
  readonly anthropicUrl?: string;
  readonly model: string;
  readonly silenceMs: number;
  readonly retriesMax: number;
  readonly extract: Extract;
  readonly texts: ExtractiveTexts;
}

/** Claude where there is a key, otherwise quotes from the knowledge base. */
export const chooseModel = (settings: ModelSettings): Model =>
  settings.anthropicKey
    ? createClaude({
        apiKey: settings.anthropicKey,
        ...(settings.anthropicUrl ? { baseUrl: settings.anthropicUrl } : {}),
        model: settings.model,
        silenceMs: settings.silenceMs,
        retriesMax: settings.retriesMax,
      })
    : createExtractive({ extract: settings.extract, texts: settings.texts });

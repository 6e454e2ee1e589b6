import { given } from '#core/given.ts';
import type { Moderator } from '#core/moderation.ts';

import { createLlamaGuard } from './llama-guard.ts';
import { createOpenAiModerator } from './openai-moderator.ts';

export interface ModeratorSettings {
  readonly moderators: { readonly model: string; readonly llamaGuardUrl: string; readonly llamaGuardModel: string };
  readonly secrets: {
    readonly MODERATION_API_KEY?: string;
    readonly MODERATION_BASE_URL?: string;
    readonly LLAMA_GUARD_API_KEY?: string;
  };
}

/** Whoever is set up is asked; none is, without settings. */
export const chooseModerators = ({ moderators, secrets }: ModeratorSettings): Moderator[] => [
  ...(secrets.MODERATION_API_KEY
    ? [
        createOpenAiModerator({
          model: moderators.model,
          apiKey: secrets.MODERATION_API_KEY,
          ...given({ baseUrl: secrets.MODERATION_BASE_URL }),
        }),
      ]
    : []),
  ...(moderators.llamaGuardUrl === ''
    ? []
    : [
        createLlamaGuard({
          model: moderators.llamaGuardModel,
          baseUrl: moderators.llamaGuardUrl,
          // A server without keys takes any.
          apiKey: secrets.LLAMA_GUARD_API_KEY ?? 'none',
        }),
      ]),
];

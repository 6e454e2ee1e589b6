import { humanAction, type ToLanguage, whyAction } from '#conversation/open.ts';
import { createToLanguage, readSentences } from '#conversation/sentences.ts';
import type { Action } from '#core/channel.ts';
import type { Say } from '#core/sentences.ts';
import type { FilesRead, Received, Retrieved } from '#core/turn.ts';
import { detectLanguage } from '#guardrails/language.ts';
import type { ExtractiveTexts } from '#model/extractive.ts';

import type { Config } from './config.ts';

export interface Voice {
  readonly say: Say;
  readonly toLanguage: ToLanguage;
  /** Tells on first contact that an AI answers, and of files that it did not read. */
  readonly introduce: (turn: Received | FilesRead, text: string) => string;
  /** The button that asks for a human. */
  readonly askHuman: (turn: Received) => Action[];
  /** The buttons below an answer. */
  readonly belowAnswer: (turn: Retrieved) => Action[];
  /** What is said around quotes, in the language of what is asked. */
  readonly textsFor: (asked: string) => ExtractiveTexts;
}

/** How Firstline speaks: its own sentences, in the language of whom it speaks with. Throws ConfigError. */
export const openVoice = ({ assistant, sentences }: Pick<Config, 'assistant' | 'sentences'>): Voice => {
  const { name, language } = assistant;
  const { say, languages } = readSentences(new URL('../prompts/sentences/', import.meta.url), sentences, language);
  const toLanguage = createToLanguage(languages, detectLanguage, language);
  const askHuman = (turn: Received): Action[] => [{ id: humanAction, label: say(turn, 'askHuman') }];
  return {
    say,
    toLanguage,
    introduce: (turn, text) =>
      [
        ...(turn.isFirstContact ? [say(turn, 'disclosure', { name })] : []),
        ...('unread' in turn && turn.unread !== null ? [turn.unread] : []),
        text,
      ].join('\n\n'),
    askHuman,
    // Where nothing was looked up there is nothing to tell of.
    belowAnswer: (turn) => [
      ...(turn.passages.length > 0 ? [{ id: whyAction, label: say(turn, 'why') }] : []),
      ...askHuman(turn),
    ],
    textsFor: (asked) => {
      const to = { language: toLanguage(asked, null, undefined), channel: '' };
      return { greeting: say(to, 'greeting'), found: say(to, 'found'), notFound: say(to, 'notFound') };
    },
  };
};

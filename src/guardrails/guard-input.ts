import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { FilesRead, GuardedFile, GuardedText, InputGuarded } from '#core/turn.ts';

import type { Exchange } from './exchange-personal-data.ts';
import { findHardTrigger, type HardTrigger } from './hard-trigger.ts';
import { scoreInjection } from './injection.ts';
import type { Moderate } from './moderate.ts';
import type { OnRule, PolicyOf } from './policy.ts';

export interface GuardInputParts {
  readonly wantsHuman: (text: string) => boolean;
  readonly exchange: Exchange;
  readonly policyOf: PolicyOf;
  readonly moderate: Moderate;
  readonly say: Say;
  readonly onRule: OnRule;
}

/** Why, for the agent who reads the card. */
const reasons: Readonly<Record<HardTrigger, string>> = {
  self_harm: 'they may hurt themselves',
  danger: 'somebody may be in danger',
  safety: 'something may have hurt somebody',
  legal: 'they speak of a lawyer or a court',
  regulator: 'they speak of an authority',
  chargeback: 'they want the money back from their bank',
  data_protection: 'they ask for a right under data protection law',
};

/** What is said first, whether or not somebody can take over. */
const firstWords: Readonly<Partial<Record<HardTrigger, 'support' | 'urgent'>>> = {
  self_harm: 'support',
  danger: 'urgent',
  safety: 'urgent',
};

/**
 * Exchanges personal data for tokens, in what was written and in files, before anything else sees the words. What a person has to
 * answer ends the turn at one; what tries to command the assistant restricts or ends it.
 */
export const guardInput =
  ({ wantsHuman, exchange, policyOf, moderate, say, onRule }: GuardInputParts) =>
  async (turn: FilesRead): Promise<InputGuarded | Halt> => {
    const { handOver, moderation } = policyOf(turn.owner.organization);
    const trigger = findHardTrigger(turn.text);
    if (trigger && handOver.has(trigger)) {
      onRule(turn, `trigger:${trigger}`, 'person');
      const first = firstWords[trigger];
      const words = first === undefined ? [] : [say(turn, first)];
      return new Halt('hard_trigger', {
        tell: [...words, say(turn, 'handover')].join(' '),
        tellAlone: [...words, say(turn, 'nobody')].join(' '),
        escalate: reasons[trigger],
      });
    }
    if (turn.pressedHuman || wantsHuman(turn.text))
      return new Halt('asked_for_human', { tell: say(turn, 'handover'), escalate: 'asked for a person' });

    const said = scoreInjection(turn.text);
    const shown = turn.texts.map(({ name, text }) => scoreInjection(`${name}\n${text}`));
    for (const { verdict, rules } of [said, ...shown])
      if (verdict !== 'pass') for (const rule of rules) onRule(turn, `injection:${rule}`, verdict);
    if (said.verdict === 'refuse') return new Halt('injection', { tell: say(turn, 'refused'), offersHuman: true });

    const { text, tokens, refused } = await exchange(turn, turn.text, { isReply: true });
    if (refused.length > 0) {
      for (const type of refused) onRule(turn, `personal_data:${type}`, 'refuse');
      return new Halt('personal_data', { tell: say(turn, 'leaveOut'), offersHuman: true });
    }
    const guard = async (words: string): Promise<GuardedText> => (await exchange(turn, words)).text;
    const files: GuardedFile[] = [];
    for (const file of turn.texts)
      files.push({ name: await guard(file.name), text: await guard(file.isCut ? `${file.text}\n[…]` : file.text) });
    return {
      ...turn,
      question: text,
      files,
      tokens,
      // What a file orders is no reason to refuse the person, who may not know what is in it.
      restricted: [said, ...shown].some(({ verdict }) => verdict === 'restrict' || verdict === 'refuse'),
      moderation: moderate(text, moderation),
    };
  };

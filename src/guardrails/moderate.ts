import { type Harm, type HarmAction, harmActions, type ModerationVerdict, type Moderator } from '#core/moderation.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { GuardedText, Moderated, Retrieved } from '#core/turn.ts';

import type { OnRule } from './policy.ts';

export interface ModerationRules {
  readonly actions: Readonly<Record<Harm, HarmAction>>;
  /** What is done where a moderator cannot tell in time. */
  readonly onFailure: HarmAction;
  readonly waitMs: number;
}

const gravest = (actions: readonly HarmAction[]): HarmAction =>
  harmActions[Math.max(0, ...actions.map((action) => harmActions.indexOf(action)))] ?? 'allow';

/** Asks every moderator at once, within a bound. Never rejects: who cannot tell counts as a failure. */
export const createModeration =
  (moderators: readonly Moderator[]) =>
  async (text: GuardedText, { actions, onFailure, waitMs }: ModerationRules): Promise<ModerationVerdict> => {
    const signal = AbortSignal.timeout(waitMs);
    const verdicts = await Promise.all(
      moderators.map(async ({ name, check }): Promise<ModerationVerdict> => {
        try {
          const seen = await check(text, signal);
          return { action: gravest(seen.map((harm) => actions[harm])), rules: seen.map((harm) => `${name}:${harm}`) };
        } catch {
          return { action: onFailure, rules: [`${name}:failed`] };
        }
      }),
    );
    return { action: gravest(verdicts.map(({ action }) => action)), rules: verdicts.flatMap(({ rules }) => rules) };
  };

export type Moderate = ReturnType<typeof createModeration>;

export interface ModerateParts {
  readonly say: Say;
  readonly onRule: OnRule;
}

/** What was asked about while passages were looked up, is known before a model is asked to answer. */
export const moderate =
  ({ say, onRule }: ModerateParts) =>
  async (turn: Retrieved): Promise<Moderated | Halt> => {
    const { action, rules } = await turn.moderation;
    for (const rule of rules) onRule(turn, rule, action);
    const escalate = `flagged by moderation (${rules.join(', ')})`;
    switch (action) {
      case 'support':
        return new Halt('moderated', {
          tell: `${say(turn, 'support')} ${say(turn, 'handover')}`,
          tellAlone: say(turn, 'support'),
          escalate,
        });
      case 'person':
        return new Halt('moderated', { tell: say(turn, 'handover'), escalate });
      case 'refuse':
        return new Halt('moderated', { tell: say(turn, 'refused'), offersHuman: true });
      default:
        return { ...turn, restricted: turn.restricted || action === 'restrict', moderated: true };
    }
  };

import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Moderated, OnTopic } from '#core/turn.ts';

import type { OnRule, PolicyOf } from './policy.ts';

export interface KeepToTopicParts {
  readonly policyOf: PolicyOf;
  readonly say: Say;
  readonly onRule: OnRule;
}

/**
 * Ends what is clearly foreign or denied with what we can help with. A question that passages or files of the person speak of is not
 * foreign; what is unsure goes to the model, whose prompt tells what it is there for.
 */
export const keepToTopic =
  ({ policyOf, say, onRule }: KeepToTopicParts) =>
  async (turn: Moderated): Promise<OnTopic | Halt> => {
    const { topics, topicRules } = policyOf(turn.owner.organization);
    const verdict = await topics(turn.asked);
    if (verdict.kind === 'denied' || (verdict.kind === 'foreign' && turn.files.length === 0)) {
      const rule = verdict.kind === 'denied' ? `topic:${verdict.topic}` : 'topic:foreign';
      onRule(turn, rule, 'refuse');
      const names = topicRules.allow.map(({ name }) => name).join(', ');
      const tell = names === '' ? say(turn, 'offTopic') : say(turn, 'offTopicBut', { topics: names });
      return new Halt('off_topic', { tell, offersHuman: true });
    }
    return { ...turn, onTopic: true };
  };

import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { ConversationRef, OnTopic } from '#core/turn.ts';

export interface KnowIncidentParts {
  /** What this person is told, once, where their question is about something that is known to be wrong. */
  readonly find: (owner: ConversationRef, question: string) => Promise<string | null>;
  readonly say: Say;
}

/** What is known to be wrong is told at once: pages and models know nothing of it. */
export const knowIncident =
  ({ find, say }: KnowIncidentParts) =>
  async (turn: OnTopic): Promise<OnTopic | Halt> => {
    const text = await find(turn.owner, turn.asked);
    return text === null ? turn : new Halt('incident', { tell: say(turn, 'incident', { text }), offersHuman: true });
  };

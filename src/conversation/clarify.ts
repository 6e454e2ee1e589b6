import type { Passage } from '#core/knowledge.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { OnTopic } from '#core/turn.ts';
import { lastOutcome } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

export interface ClarifyParts {
  readonly store: Store;
  readonly say: Say;
  /** Where answers are quotes; a model that writes asks back in its own words. */
  readonly quotes: boolean;
  /** Whether the passages hold something to quote. */
  readonly holds: (asked: string, passages: readonly Passage[]) => boolean;
  /** Of the passages those that are at least about something that is asked. */
  readonly touches: (asked: string, passages: readonly Passage[]) => readonly Passage[];
  /** Nothing but a greeting or thanks. */
  readonly isGreeting: (text: string) => boolean;
}

const clarified = 'clarified';
const suggestionsMax = 3;
const suggestionLengthMax = 80;

/** Where no page answers but some are near, the person is asked once which one they mean. */
export const clarify =
  ({ store, say, quotes, holds, touches, isGreeting }: ClarifyParts) =>
  async (turn: OnTopic): Promise<OnTopic | Halt> => {
    if (!quotes || isGreeting(turn.asked) || holds(turn.asked, turn.passages)) return turn;
    const titles = [...new Set(touches(turn.asked, turn.passages).map(({ title }) => title))];
    const suggestions = titles.filter(({ length }) => length <= suggestionLengthMax).slice(0, suggestionsMax);
    if (suggestions.length === 0 || (await lastOutcome(store, turn.owner)) === clarified) return turn;
    return new Halt(clarified, { tell: say(turn, 'clarify'), suggestions, offersHuman: true, missed: turn.asked });
  };

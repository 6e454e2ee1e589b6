import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Admitted, Relayed } from '#core/turn.ts';
import { type BucketLimit, takeTokens } from '#store/buckets.ts';
import { lastOutcome } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

export interface AdmitParts {
  readonly store: Store;
  /** Characters of one message. */
  readonly textLengthMax: number;
  readonly wantsHuman: (text: string) => boolean;
  readonly perPerson: BucketLimit;
  readonly perOrganization: BucketLimit;
  readonly say: Say;
}

const limited = 'rate_limited';

/** Who wants no answer is given none; what is too long to be a question is turned away; token buckets per person and per organization. A request for a human is never refused. */
export const admit =
  ({ store, textLengthMax, wantsHuman, perPerson, perOrganization, say }: AdmitParts) =>
  async (turn: Relayed): Promise<Admitted | Halt> => {
    // Nobody may be answered who wants no answer: people decide what to do with what was written all the same.
    if (turn.known.isWithdrawn)
      return new Halt('no_consent', {
        escalate: 'wrote after asking not to be written to: an answer here reaches nobody',
      });
    if (turn.longestLength > textLengthMax) {
      const limit = textLengthMax.toLocaleString(turn.language);
      return new Halt('too_long', { tell: say(turn, 'tooLong', { limit }), offersHuman: true });
    }
    const { organization, person } = turn.owner;
    const isAdmitted =
      turn.pressedHuman ||
      wantsHuman(turn.text) ||
      (await takeTokens(store, organization, person, 'turns', { perPerson, perOrganization }));
    if (isAdmitted) return { ...turn, admitted: true };
    // Said once: two machines that answer one another would go on for ever, and silence is what ends it.
    if ((await lastOutcome(store, turn.owner)) === limited) return new Halt(limited);
    return new Halt(limited, { tell: say(turn, 'busy'), offersHuman: true });
  };

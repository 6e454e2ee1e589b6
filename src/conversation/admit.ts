import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Admitted, Allowance, Relayed } from '#core/turn.ts';
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
  /** What an organization may still spend. */
  readonly allowanceOf: (organization: string) => Promise<Allowance>;
  readonly say: Say;
}

const limited = 'rate_limited';

/** Who wants no answer is given none; what is too long to be a question is turned away; token buckets per person and per organization, and the month's budget. A request for a human is never refused. */
export const admit =
  ({ store, textLengthMax, wantsHuman, perPerson, perOrganization, allowanceOf, say }: AdmitParts) =>
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
    if (turn.pressedHuman || wantsHuman(turn.text)) return { ...turn, allowance: 'full' };
    if (await takeTokens(store, organization, person, 'turns', { perPerson, perOrganization })) {
      const allowance = await allowanceOf(organization);
      if (allowance !== 'none') return { ...turn, allowance };
      return new Halt('over_budget', {
        tell: say(turn, 'handover'),
        tellAlone: say(turn, 'unavailableAlone'),
        escalate: "the month's budget for models is used up",
      });
    }
    // Said once: two machines that answer one another would go on for ever, and silence is what ends it.
    if ((await lastOutcome(store, turn.owner)) === limited) return new Halt(limited);
    return new Halt(limited, { tell: say(turn, 'busy'), offersHuman: true });
  };

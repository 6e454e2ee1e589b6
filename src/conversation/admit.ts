import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Admitted, Relayed } from '#core/turn.ts';
import { type BucketLimit, takeTokens } from '#store/buckets.ts';
import type { Store } from '#store/open.ts';

export interface AdmitParts {
  readonly store: Store;
  readonly wantsHuman: (text: string) => boolean;
  readonly perPerson: BucketLimit;
  readonly perOrganization: BucketLimit;
  readonly say: Say;
}

/** Token buckets per person and per organization. A request for a human is never refused. */
export const admit =
  ({ store, wantsHuman, perPerson, perOrganization, say }: AdmitParts) =>
  async (turn: Relayed): Promise<Admitted | Halt> => {
    const { organization, person } = turn.owner;
    const isAdmitted =
      turn.pressedHuman ||
      wantsHuman(turn.text) ||
      (await takeTokens(store, organization, person, 'turns', { perPerson, perOrganization }));
    return isAdmitted
      ? { ...turn, admitted: true }
      : new Halt('rate_limited', { tell: say(turn, 'busy'), offersHuman: true });
  };

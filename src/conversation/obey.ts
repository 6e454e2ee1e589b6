import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Obeyed, Opened, Outgoing } from '#core/turn.ts';
import { openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';
import { openRating } from '#store/csat.ts';
import { findRest } from '#store/outbox.ts';

import type { Explain } from './explain.ts';
import type { Linking } from './linking.ts';
import { toScore } from './to-rating.ts';
import { toTypedCommand } from './typed-command.ts';
import { wantsMore } from './wants-more.ts';

export interface ObeyParts {
  readonly store: Store;
  readonly say: Say;
  readonly name: string;
  readonly linking: Linking;
  readonly explain: Explain;
  /** Whether answers on this channel come in parts that are asked for. */
  readonly comesInParts: (channel: string) => boolean;
  /** How long the rest of an answer waits to be asked for. */
  readonly heldRestMs: number;
  /** How long a digit is the answer to how a case was handled. */
  readonly ratingMs: number;
  /** What somebody who waits for a person is told of how long. */
  readonly waitingWords: (turn: Opened) => Promise<string>;
  /** What the agents of the case are told of it. */
  readonly tellRating: (turn: Opened, rated: { readonly id: string; readonly score: number }) => Promise<Outgoing[]>;
}

/** Does what a person asked for by a command: tells who answers them or what an answer leans on, goes on with an answer, forgets what was said, or links their channels. */
export const obey = ({
  store,
  say,
  name,
  linking,
  explain,
  comesInParts,
  heldRestMs,
  ratingMs,
  tellRating,
  waitingWords,
}: ObeyParts) => {
  const typedRating = async (turn: Opened) => {
    const score = turn.known.hasCase || turn.isChange ? null : toScore(turn.text);
    const id = score === null ? null : await openRating(store, turn.owner, ratingMs);
    return score === null || id === null ? null : { id, score };
  };
  return async (turn: Opened): Promise<Obeyed | Halt> => {
    const typed = turn.command === null && !turn.isChange ? toTypedCommand(turn.text) : null;
    if (turn.command === 'why' || typed?.kind === 'why')
      return new Halt('explained', { tell: await explain.toPerson(turn, turn.about), offersHuman: true });
    const done = typed && (await linking(turn, typed));
    if (done) return done;
    if (comesInParts(turn.channel) && wantsMore(turn.text)) {
      const rest = await findRest(store, turn.owner, turn.channel, heldRestMs);
      if (rest === 'waits') return new Halt('more', { continues: true });
      if (rest === 'expired') return new Halt('no_more', { tell: say(turn, 'noMore') });
    }
    const rated = turn.rating ?? (await typedRating(turn));
    if (rated) return new Halt('rated', { tell: say(turn, 'rated'), rated, forward: await tellRating(turn, rated) });
    if (turn.command === null) return { ...turn, obeyed: true };
    if (turn.command === 'forget') return new Halt('forgotten', { tell: say(turn, 'forgotten'), forgets: true });
    const found = turn.known.hasCase ? await openCase(store, turn.owner.conversation) : null;
    if (!found) return new Halt('status', { tell: say(turn, 'status', { name }), offersHuman: true });
    if (!found.claimedName) {
      const tell = [say(turn, 'statusWaiting'), await waitingWords(turn)].filter(Boolean).join(' ');
      return new Halt('status', { tell });
    }
    const agent = turn.sealer.open(found.claimedName, 'agent');
    return new Halt('status', { tell: say(turn, 'statusClaimed', { agent }) });
  };
};

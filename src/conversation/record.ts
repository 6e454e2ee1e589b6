import type { OutboundMessage } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Escalated, Outgoing, Recorded } from '#core/turn.ts';

import type { CommitTurn } from './commit-turn.ts';
import { citedDocuments, toReceipt } from './receipt.ts';

export interface RecordParts {
  readonly commit: CommitTurn;
  readonly clock: Clock;
  /** Tells on first contact that an AI answers. */
  readonly introduce: (turn: Escalated, text: string) => string;
  /** The answer as what goes out. */
  readonly toOutgoing: (turn: Escalated, message: OutboundMessage) => Outgoing;
  /** Buttons below an answer. */
  readonly answerActions: (turn: Escalated) => NonNullable<OutboundMessage['actions']>;
  /** Whether something was asked and nothing found to lean on. */
  readonly isMissed: (turn: Escalated) => boolean;
}

/** Characters of one file that are remembered for later questions. */
const fileKeptMax = 2000;

/** What the person said, with the beginnings of their files: what they ask next may be about them. */
const toSaid = ({ question, files }: Escalated): string =>
  [question, ...files.map(({ name, text }) => `${name}:\n${text.slice(0, fileKeptMax)}`)].join('\n\n');

/** What was said, what it cost, and that it is done: one transaction. */
export const record =
  ({ commit, clock, introduce, toOutgoing, answerActions, isMissed }: RecordParts) =>
  async (turn: Escalated): Promise<Recorded> => {
    const message: OutboundMessage = {
      text: introduce(turn, turn.tokens.restore(turn.shown.text)),
      citations: turn.shown.citations,
      by: 'assistant',
      ...(turn.opens ? {} : { actions: answerActions(turn), asksFeedback: true }),
    };
    const outcome = turn.opens ? 'escalated' : turn.answer.stopReason === 'stopped' ? 'stopped' : 'answered';
    const cited = citedDocuments(turn);
    await commit({
      ...turn,
      discloses: turn.isFirstContact,
      forgets: false,
      continues: false,
      outcome,
      receipt: toReceipt(turn),
      cited,
      isMissed: isMissed(turn),
      generatedAt: turn.shown.generatedAt,
      guardedAt: turn.shown.guardedAt,
      said: [
        { speaker: 'customer', text: toSaid(turn) },
        { speaker: 'assistant', text: turn.shown.text },
      ],
      outgoing: [toOutgoing(turn, message)],
      shares: [],
      claims: null,
      releases: false,
      closes: null,
      tickets: null,
      undoes: [],
      rates: null,
      rated: null,
    });
    return { ...turn, recordedAt: clock.now() };
  };

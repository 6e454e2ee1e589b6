import type { OutboundMessage } from '#core/channel.ts';
import { Interrupted, LaneLost } from '#core/errors.ts';
import type { ModelAnswer } from '#core/model.ts';
import type { Outgoing, TurnEnd } from '#core/turn.ts';
import { claimCase, closeCase, closedTickets, insertCase, openCase, promiseTicket, releaseCase } from '#store/cases.ts';
import { askRating, saveRating } from '#store/csat.ts';
import { holdLane } from '#store/conversations.ts';
import { forgetConversation } from '#store/forget.ts';
import { wroteAfter } from '#store/inbox.ts';
import type { Lanes } from '#store/lanes.ts';
import { endTurn } from '#store/messages.ts';
import type { Store, Transaction } from '#store/open.ts';
import { putOutbox, releaseRest } from '#store/outbox.ts';
import { keepSharedFile } from '#store/shared-files.ts';
import { undoOutbox } from '#store/undo.ts';

const put = (transaction: Transaction, end: TurnEnd, outgoing: Outgoing): Promise<unknown> =>
  putOutbox(transaction, {
    ...end.owner,
    key: outgoing.key,
    channel: outgoing.channel,
    thread: end.sealer.seal(outgoing.thread, 'thread'),
    body: end.sealer.seal(JSON.stringify(outgoing.message), 'outbox'),
    ...(outgoing.replaces === undefined ? {} : { replaces: outgoing.replaces }),
    ...(outgoing.follows === undefined ? {} : { follows: outgoing.follows }),
    ...(outgoing.notBefore === undefined ? {} : { notBefore: outgoing.notBefore }),
    state: outgoing.isHeld ? 'held' : 'due',
  });

/** What goes out with the case that was opened: nothing where one was open already, which nobody is shown twice. */
const changeCase = async (transaction: Transaction, end: TurnEnd): Promise<readonly Outgoing[]> => {
  if (end.opens) {
    const card = end.sealer.seal(JSON.stringify(end.opens.card), 'card');
    const isNew = await insertCase(transaction, end.owner, {
      id: end.opens.id,
      reason: end.opens.reason,
      channel: end.opens.channel,
      card,
    });
    return isNew ? end.opens.outgoing : [];
  }
  const found =
    end.claims || end.releases || end.closes || end.tickets
      ? await openCase(transaction, end.owner.conversation)
      : null;
  if (!found) return [];
  if (end.claims)
    await claimCase(transaction, found, { ...end.claims, name: end.sealer.seal(end.claims.name, 'agent') });
  if (end.releases) await releaseCase(transaction, found);
  if (end.tickets) await promiseTicket(transaction, found, end.tickets);
  if (end.closes) await closeCase(transaction, found, end.closes);
  return [];
};

/** What is forgotten here is deleted where it was copied to. True where there is something to delete. */
const eraseTickets = async (transaction: Transaction, end: TurnEnd): Promise<boolean> => {
  const tickets = await closedTickets(transaction, end.owner);
  for (const { channel, thread, index } of tickets)
    await putOutbox(transaction, {
      ...end.owner,
      key: `erase:ticket:${index.slice(0, 40)}`,
      channel,
      thread,
      body: end.sealer.seal(JSON.stringify({ text: '', erases: true } satisfies OutboundMessage), 'outbox'),
      state: 'due',
    });
  return tickets.length > 0;
};

export interface CommitTurnParts {
  readonly store: Store;
  readonly lanes: Lanes;
  /** The messages that one is shown as on its channel. */
  readonly toParts: (outgoing: Outgoing, language: string) => readonly Outgoing[];
  /** The kinds of personal data that a text asks for. */
  readonly findAsked: (text: string) => readonly string[];
  /** What an answer cost, in millionths of a dollar. */
  readonly costOf: (answer: ModelAnswer) => number;
}

/**
 * Writes the end of a turn as one: what was said, what goes out, the case it opens or closes, and that its events are done.
 * Throws, writing nothing, LaneLost when another worker has taken the lane since, or Interrupted when the person wrote more.
 */
export const createCommitTurn =
  ({ store, lanes, toParts, findAsked, costOf }: CommitTurnParts) =>
  (end: TurnEnd): Promise<void> =>
    store.transaction(async (transaction) => {
      const { conversation } = end.owner;
      if (!(await holdLane(transaction, conversation, end.fence))) throw new LaneLost(conversation);
      if (end.mayBeInterrupted && (await wroteAfter(transaction, conversation, Math.max(...end.positions))))
        throw new Interrupted(conversation);
      const told = end.said.findLast(({ speaker }) => speaker !== 'customer')?.text;
      const asked = told === undefined ? null : findAsked(told);
      const erased = end.forgets ? await eraseTickets(transaction, end) : false;
      if (end.forgets) await forgetConversation(transaction, end.owner);
      await endTurn(transaction, end.owner, {
        turn: {
          id: end.turn.id,
          outcome: end.outcome,
          model: end.answer?.model ?? null,
          inputTokens: end.answer?.usage.inputTokens ?? 0,
          outputTokens: end.answer?.usage.outputTokens ?? 0,
          cacheReadTokens: end.answer?.usage.cacheReadTokens ?? 0,
          cacheWriteTokens: end.answer?.usage.cacheWriteTokens ?? 0,
          costMicros: end.answer ? costOf(end.answer) : 0,
          prompt: end.prompt,
          signals: end.answer?.signals ?? null,
          startedAt: end.turn.startedAt,
          generatedAt: end.generatedAt,
          guardedAt: end.guardedAt,
          receipt: end.receipt && end.sealer.seal(JSON.stringify(end.receipt), 'receipt'),
          cited: end.cited,
          isMissed: end.isMissed,
        },
        said: end.said.map(({ speaker, text }) => ({ speaker, body: end.sealer.seal(text, 'message') })),
        quoted: end.quoted && end.sealer.seal(JSON.stringify(end.quoted), 'quoted'),
        positions: end.positions,
        discloses: end.discloses,
        language: end.language === end.known.language ? null : end.language,
        // Nearly always it was nothing before, and is nothing now.
        asked: asked?.join() === end.known.asked.join() ? null : asked,
      });
      if (end.undoes.length > 0) await undoOutbox(transaction, end.owner, end.undoes);
      if (end.rates !== null) await askRating(transaction, end.owner, end.rates);
      if (end.rated) await saveRating(transaction, end.owner, end.rated);
      const opening = await changeCase(transaction, end);
      for (const file of end.shares) await keepSharedFile(transaction, end.owner, end.sealer, file);
      const outgoing = [...end.outgoing, ...opening].flatMap((one) => toParts(one, end.language));
      for (const one of outgoing) await put(transaction, end, one);
      if (end.continues) await releaseRest(transaction, end.owner, end.channel);
      if (outgoing.length > 0 || end.continues || erased) await lanes.wake(transaction, 'outbox', conversation);
    });

export type CommitTurn = ReturnType<typeof createCommitTurn>;

import type { Outgoing, TurnEnd } from '#core/turn.ts';
import { claimCase, closeCase, insertCase, openCase } from '#store/cases.ts';
import { holdsLane, markDisclosed } from '#store/conversations.ts';
import { finishEvents } from '#store/inbox.ts';
import type { Lanes } from '#store/lanes.ts';
import { insertMessage, insertTurn } from '#store/messages.ts';
import type { Store, Transaction } from '#store/open.ts';
import { putOutbox } from '#store/outbox.ts';

/** The lane was taken over by another worker, which will answer: everything this one made is void. */
export class LaneLost extends Error {
  override readonly name = 'LaneLost';
}

export const outboxBodyPurpose = 'outbox';

const put = (transaction: Transaction, end: TurnEnd, outgoing: Outgoing): Promise<unknown> =>
  putOutbox(transaction, {
    ...end.owner,
    key: outgoing.key,
    channel: outgoing.channel,
    thread: end.sealer.seal(outgoing.thread, 'thread'),
    body: end.sealer.seal(JSON.stringify(outgoing.message), outboxBodyPurpose),
    ...(outgoing.replaces === undefined ? {} : { replaces: outgoing.replaces }),
    ...(outgoing.follows === undefined ? {} : { follows: outgoing.follows }),
    state: 'due',
  });

const changeCase = async (transaction: Transaction, end: TurnEnd): Promise<void> => {
  if (end.opens) {
    const card = end.sealer.seal(JSON.stringify(end.opens.card), 'card');
    await insertCase(transaction, end.owner, {
      id: end.opens.id,
      reason: end.opens.reason,
      channel: end.opens.channel,
      card,
    });
  }
  if (!end.claims && !end.closes) return;
  const found = await openCase(transaction, end.owner.conversation);
  if (!found) return;
  if (end.claims) await claimCase(transaction, found, end.claims.agent, end.sealer.seal(end.claims.name, 'agent'));
  if (end.closes) await closeCase(transaction, found, end.closes);
};

export interface CommitTurnParts {
  readonly store: Store;
  readonly lanes: Lanes;
  /** The messages that one is shown as on its channel. */
  readonly toParts: (outgoing: Outgoing) => readonly Outgoing[];
}

/**
 * Writes the end of a turn as one: what was said, what goes out, the case it opens or closes, and that its events are done.
 * Throws LaneLost, writing nothing, when another worker has taken the lane since.
 */
export const createCommitTurn =
  ({ store, lanes, toParts }: CommitTurnParts) =>
  (end: TurnEnd): Promise<void> =>
    store.transaction(async (transaction) => {
      if (!(await holdsLane(transaction, end.owner.conversation, end.fence)))
        throw new LaneLost(end.owner.conversation);
      await insertTurn(transaction, end.owner, {
        id: end.turn.id,
        outcome: end.outcome,
        model: end.answer?.model ?? null,
        inputTokens: end.answer?.usage.inputTokens ?? 0,
        outputTokens: end.answer?.usage.outputTokens ?? 0,
        startedAt: end.turn.startedAt,
      });
      for (const said of end.said)
        await insertMessage(transaction, end.owner, end.turn.id, said.speaker, end.sealer.seal(said.text, 'message'));
      if (end.discloses) await markDisclosed(transaction, end.owner);
      await changeCase(transaction, end);
      const outgoing = [...end.outgoing, ...(end.opens?.outgoing ?? [])].flatMap((one) => toParts(one));
      for (const one of outgoing) await put(transaction, end, one);
      await finishEvents(transaction, end.owner, end.positions, end.turn.id);
      if (outgoing.length > 0) await lanes.wake(transaction, 'outbox', end.owner.conversation);
    });

export type CommitTurn = ReturnType<typeof createCommitTurn>;

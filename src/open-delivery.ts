import type { Logger } from 'pino';

import { storeUndelivered } from '#conversation/inbox.ts';
import type { Channel, SentMessage, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Vault } from '#core/sealed.ts';
import { createBudgets } from '#delivery/budgets.ts';
import { createDispatch } from '#delivery/dispatch.ts';
import { createSendRow, type SendRow } from '#delivery/send-row.ts';
import { cardKey, caseOfCard, isCard, isInCase } from '#escalation/case-draft.ts';
import { caseOfTicket, isInTicket, isReminder, isTicket } from '#escalation/desk-messages.ts';
import { caseById, saveCaseThread, saveTicket } from '#store/cases.ts';
import { findConversation } from '#store/conversations.ts';
import type { Lane, Lanes, Work } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';
import { type OutboxRow, putOutbox } from '#store/outbox.ts';

import type { Config } from './config.ts';

export interface DeliveryParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: Config['limits'];
  /** The file at an address of ours. */
  readonly readShared: (url: string) => Promise<Uint8Array | null>;
  /** Told of every message that was given up. */
  readonly onFailed: (channel: string, code: string) => void;
}

export interface Delivery {
  readonly sendRow: SendRow;
  readonly dispatch: Work;
  /** How often a growing answer is shown anew. */
  readonly pace: { readonly intervalMaxMs: number; readonly growthMin: number; readonly patienceMs: number };
  wake(lane: Lane, conversation: string): Promise<void>;
  /** What keeps the desk's room from taking messages, in the platform's own word. */
  deskTrouble(): string | null;
  stop(): void;
}

/** Joins what sends messages with what must know of it: the case whose card was posted, the desk, the person to be told. */
export const openDelivery = (parts: DeliveryParts): Delivery => {
  const { store, vault, channels, lanes, clock, logger, limits } = parts;
  const budgets = createBudgets({
    store,
    index: (scope) => vault.index('budget', scope),
    reserveShare: limits.budgetReserveShare,
  });
  /** Agents are told where it is, once; what is said there from now on is said in the case. */
  const ticketOpened = async (row: OutboxRow, wrappedKey: Buffer, sent: SentMessage): Promise<void> => {
    const id = caseOfTicket(row.key);
    const sealer = vault.unwrap(wrappedKey);
    const index = vault.index('thread', `${row.channel}:${sent.thread satisfies ThreadKey}`);
    await store.transaction(async (transaction) => {
      await saveTicket(transaction, { ...row, id }, sealer.seal(sent.thread, 'thread'), index);
      const found = await caseById(transaction, row, id);
      if (!found) return;
      const text = sent.url === undefined ? 'The ticket is open.' : `The ticket is open: ${sent.url}`;
      await putOutbox(transaction, {
        organization: row.organization,
        person: row.person,
        conversation: row.conversation,
        key: `${id}:ticket:open`,
        channel: found.channel,
        thread: sealer.seal('' as ThreadKey, 'thread'),
        body: sealer.seal(JSON.stringify({ text }), 'outbox'),
        follows: cardKey(id),
        state: 'due',
      });
      await lanes.wake(transaction, 'outbox', row.conversation);
    });
  };
  const sendRow = createSendRow({
    store,
    vault,
    channels,
    budgets,
    readShared: parts.readShared,
    onShown: async (row, sent) => {
      if ((!isCard(row.key) && !isTicket(row.key)) || row.replaces) return;
      const found = await findConversation(store, row.conversation);
      if (found && isTicket(row.key)) await ticketOpened(row, found.wrappedKey, sent);
      else if (found)
        await saveCaseThread(
          store,
          { ...row, id: caseOfCard(row.key) },
          vault.unwrap(found.wrappedKey).seal(sent.thread, 'thread'),
          vault.index('thread', `${row.channel}:${sent.thread satisfies ThreadKey}`),
        );
    },
  });
  const stopping = new AbortController();
  const wake = (lane: Lane, conversation: string): Promise<void> =>
    store.transaction((transaction) => lanes.wake(transaction, lane, conversation));
  let deskTrouble: string | null = null;
  const dispatch = createDispatch({
    store,
    vault,
    sendRow,
    retryDelayMs: limits.retryMs,
    ageMaxMs: limits.sendAgeMs,
    settleMs: limits.editSettleMs,
    isForDesk: (row) => isInCase(row) || isInTicket(row),
    standsApart: ({ key }) => isReminder(key),
    // A timer and not a delayed job: a job that waits would keep a message that is due now from being sent. The sweep stands in
    // for the timer of a process that died.
    wakeIn: (conversation, delayMs) => {
      void clock
        .wait(delayMs, stopping.signal)
        .then(() => (stopping.signal.aborted ? undefined : wake('outbox', conversation)))
        .catch(() => undefined);
    },
    onSent: (row) => {
      if (isInCase(row)) deskTrouble = null;
    },
    onTrouble: (row, code) => {
      if (deskTrouble !== code) logger.error({ channel: row.channel, code }, 'the room of the desk takes no messages');
      deskTrouble = code;
    },
    onEnded: async (row, state, code) => {
      parts.onFailed(row.channel, code);
      logger.error({ conversation: row.conversation, key: row.key, state, code }, 'a message was given up');
      await store.transaction((transaction) =>
        storeUndelivered(transaction, { lanes, vault }, row, `${state}:${code}`),
      );
    },
  });
  const pace = {
    intervalMaxMs: limits.editIntervalMs,
    growthMin: limits.editGrowthMin,
    patienceMs: limits.editPatienceMs,
  };
  return { sendRow, pace, dispatch, wake, deskTrouble: () => deskTrouble, stop: () => stopping.abort() };
};

import type {
  Attachment,
  InboundAction,
  InboundChange,
  InboundEvent,
  InboundFeedback,
  InboundMessage,
  InboundOpening,
  InboundStop,
  Receive,
  Sender,
} from '#core/channel.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import type { ConversationRef } from '#core/turn.ts';
import { findCase } from '#store/cases.ts';
import {
  beginConversation,
  type ConversationRow,
  findConversation,
  type Place,
  whoSpeaks,
} from '#store/conversations.ts';
import { type EventKind, insertEvent, lockEvent, replaceBody } from '#store/inbox.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store, Transaction } from '#store/open.ts';
import { saveFeedback } from '#store/feedback.ts';
import { noteDelivery } from '#store/outbox.ts';

import type { Stops } from './stops.ts';

/** What is kept of an event, sealed. */
export interface StoredEvent {
  /** `delivery`: not a person, but a message of ours that did not arrive. */
  readonly from: 'customer' | 'desk' | 'delivery';
  readonly kind: EventKind;
  readonly channel: string;
  readonly sender: { readonly id: string; readonly organization: string; readonly displayName: string };
  readonly text: string;
  /** Characters before the text was cut to the limit. */
  readonly textLength: number;
  readonly action: string | null;
  readonly attachments?: readonly Attachment[];
  readonly sentAt: string;
  /** Tells two of the same time apart. */
  readonly order?: string;
}

/** What a person does in a thread. */
type Act = InboundMessage | InboundAction | InboundOpening | InboundStop;

export type Outcome = 'stored' | 'duplicate' | 'ignored';

export interface InboxParts {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly vault: Vault;
  /** Characters of one message that are kept. */
  readonly keptLengthMax: number;
  /** Reads a button that names its case. */
  readonly toCaseAction: (action: string) => { act: string; id: string } | null;
  readonly stops: Stops;
  /** Told of what a person thinks of the answer of a turn; null where they took it back. */
  readonly onFeedback: (channel: string, turn: string, rating: InboundFeedback['rating']) => void;
  /** Told once per event what became of it. */
  readonly count: (channel: string, outcome: Outcome) => void;
}

const bodyPurpose = 'inbox';
export const readEvent = (sealer: Sealer, body: Parameters<Sealer['open']>[0]): StoredEvent =>
  JSON.parse(sealer.open(body, bodyPurpose)) as StoredEvent;

/** How files are told of among words. */
export const namesOf = (files: readonly Attachment[]): string =>
  files.map(({ name }) => `[file: ${name || 'unnamed'}]`).join('\n');

const filesOf = (event: Act): readonly Attachment[] => (event.kind === 'message' ? (event.attachments ?? []) : []);

/** What was said; a file is told by its name. */
const wordsOf = (event: Act): string => {
  const text = 'text' in event ? (event.text ?? '') : '';
  return `${text}\n${namesOf(filesOf(event))}`.trim();
};

const toSpeaker = ({ id, organization, displayName }: Sender): StoredEvent['sender'] => ({
  id,
  organization,
  displayName,
});

const toStored = (event: Act, from: StoredEvent['from'], action: string | null, keptLengthMax: number): StoredEvent => {
  const text = wordsOf(event);
  return {
    from,
    kind: event.kind,
    channel: event.channel,
    sender: toSpeaker(event.sender),
    text: text.slice(0, keptLengthMax),
    textLength: text.length,
    action,
    ...(filesOf(event).length > 0 ? { attachments: filesOf(event) } : {}),
    sentAt: event.sentAt.toISOString(),
    ...(event.kind === 'message' && event.order !== undefined ? { order: event.order } : {}),
  };
};

interface Found {
  readonly row: ConversationRow;
  readonly from: StoredEvent['from'];
  readonly action: string | null;
}

const isEmpty = (event: Act): boolean => event.kind === 'message' && wordsOf(event) === '';

/** Whether somebody who is not known yet begins a conversation by it. */
const begins = (event: Act): boolean =>
  event.kind === 'message' ? event.addressed && !event.aside : event.kind !== 'stopped';

/** A message of ours that was given up, as an event of its conversation: whoever has the lane tells a person. */
export const storeUndelivered = (
  { store, lanes }: Pick<InboxParts, 'store' | 'lanes'>,
  owner: ConversationRef,
  sealer: Sealer,
  lost: { readonly key: string; readonly channel: string; readonly text: string; readonly why: string },
): Promise<void> =>
  store.transaction(async (transaction) => {
    const event: StoredEvent = {
      from: 'delivery',
      kind: 'message',
      channel: lost.channel,
      sender: { id: '', organization: '', displayName: '' },
      text: lost.text,
      textLength: lost.text.length,
      action: lost.why,
      sentAt: new Date().toISOString(),
    };
    const body = sealer.seal(JSON.stringify(event), bodyPurpose);
    const id = `${owner.conversation}:${lost.key}`;
    if (await insertEvent(transaction, owner, { channel: 'undelivered', id, kind: 'message', body }))
      await lanes.wake(transaction, 'turns', owner.conversation);
  });

/**
 * Commits each event of a channel once under the platform's own id, together with the wake-up of its lane. What changes an event
 * that nobody has begun with, or ended, changes it where it lies; otherwise it is an event of its own.
 */
export const createInbox = (parts: InboxParts): ((channel: string) => Receive) => {
  const { store, lanes, vault, keptLengthMax, toCaseAction } = parts;
  // A fingerprint: the platform's id of an event may name a person or a room.
  const idOf = (channel: string, id: string): string => vault.index('event', `${channel}:${id}`);
  const handleOf = (channel: string, person: string): string => vault.index('handle', `${channel}:${person}`);
  const placeOf = (event: Act): Place => ({
    organization: event.sender.organization,
    channel: event.channel,
    handle: handleOf(event.channel, event.sender.id),
    threadIndex: vault.index('thread', `${event.channel}:${event.thread}`),
  });

  const find = async (transaction: Transaction, event: Act): Promise<Found | null> => {
    const named = event.kind === 'action' ? toCaseAction(event.action) : null;
    if (named) {
      const found = await findCase(transaction, event.channel, named.id);
      const row = found && (await findConversation(transaction, found.conversation));
      return row && { row, from: 'desk', action: named.act };
    }
    const place = placeOf(event);
    const action = event.kind === 'action' ? event.action : null;
    const known = await whoSpeaks(transaction, place);
    // What is said to somebody else is not for us, whoever says it: a colleague at the desk, or another person of the room.
    if (known && event.kind === 'message' && event.aside) return null;
    if (known) return { ...known, action: known.from === 'desk' ? null : action };
    if (!begins(event)) return null;
    const { wrapped, sealer } = vault.create();
    const row = await beginConversation(transaction, place, {
      wrapped,
      thread: sealer.seal(event.thread, 'thread'),
      profile: sealer.seal(JSON.stringify(event.sender), 'profile'),
    });
    return row && { row, from: 'customer', action };
  };

  const act = async (event: Act): Promise<Outcome> => {
    const [outcome, conversation] = await store.transaction(async (transaction): Promise<[Outcome, string?]> => {
      const found = await find(transaction, event);
      if (!found) return ['ignored'];
      const isForDesk = event.kind === 'message' || event.kind === 'action';
      if (found.from === 'desk' && !isForDesk) return ['ignored'];
      const body = vault
        .unwrap(found.row.wrappedKey)
        .seal(JSON.stringify(toStored(event, found.from, found.action, keptLengthMax)), bodyPurpose);
      const stored = { channel: event.channel, id: idOf(event.channel, event.id), kind: event.kind, body };
      if (!(await insertEvent(transaction, found.row, stored))) return ['duplicate'];
      await lanes.wake(transaction, 'turns', found.row.conversation);
      return ['stored', found.row.conversation];
    });
    if (event.kind === 'stopped' && conversation !== undefined) parts.stops.ask(conversation);
    return outcome;
  };

  const change = async (event: InboundChange): Promise<Outcome> => {
    const [outcome, stopped] = await store.transaction(async (transaction): Promise<[Outcome, string?]> => {
      const found = await lockEvent(transaction, event.channel, idOf(event.channel, event.of));
      if (!found) return ['ignored'];
      const sealer = vault.unwrap(found.wrappedKey);
      const before = readEvent(sealer, found.body);
      const text = event.kind === 'deleted' ? '' : (event.text ?? '').trim();
      const after = { ...before, text: text.slice(0, keptLengthMax), textLength: text.length };
      if (before.kind !== 'message' || JSON.stringify(after) === JSON.stringify(before)) return ['duplicate'];
      await replaceBody(transaction, found, sealer.seal(JSON.stringify(after), bodyPurpose));
      if (found.isDone) {
        const body = sealer.seal(
          JSON.stringify({ ...after, kind: event.kind, sentAt: event.sentAt.toISOString() }),
          bodyPurpose,
        );
        const id = idOf(event.channel, event.id);
        const stored = { channel: event.channel, id, kind: event.kind, body, changes: found.position };
        if (!(await insertEvent(transaction, found, stored))) return ['duplicate'];
      }
      await lanes.wake(transaction, 'turns', found.conversation);
      return found.isStarted && !found.isDone ? ['stored', found.conversation] : ['stored'];
    });
    // It answers something that is not asked any more.
    if (stopped !== undefined) parts.stops.ask(stopped);
    return outcome;
  };

  const judge = async (event: InboundFeedback): Promise<Outcome> => {
    const handle = handleOf(event.channel, event.sender.id);
    const message = { channel: event.channel, handle, sentIndex: vault.index('sent', event.message) };
    const seal = (wrappedKey: Buffer) =>
      event.text ? vault.unwrap(wrappedKey).seal(event.text.slice(0, keptLengthMax), 'feedback') : null;
    const turn = await saveFeedback(store, message, event.rating, seal);
    if (turn) parts.onFeedback(event.channel, turn, event.rating);
    return turn ? 'stored' : 'ignored';
  };

  const receive = async (event: InboundEvent | null): Promise<Outcome> => {
    if (!event) return 'ignored';
    switch (event.kind) {
      case 'delivery':
        await noteDelivery(
          store,
          event.channel,
          vault.index('sent', event.message),
          event.status === 'failed' ? (event.code ?? 'failed') : null,
        );
        return 'stored';
      case 'edited':
      case 'deleted':
        return change(event);
      case 'feedback':
        return judge(event);
      default:
        return isEmpty(event) ? 'ignored' : act(event);
    }
  };

  return (channel) => async (event) => parts.count(channel, await receive(event));
};

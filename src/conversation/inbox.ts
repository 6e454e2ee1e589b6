import type {
  Attachment,
  InboundAction,
  InboundChange,
  InboundConsent,
  InboundDelivery,
  InboundEvent,
  InboundFeedback,
  InboundMessage,
  InboundOpening,
  InboundStop,
  OutboundMessage,
  Receive,
  Sender,
  ThreadKey,
} from '#core/channel.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import type { ConversationRef } from '#core/turn.ts';
import { findCase } from '#store/cases.ts';
import { hasWithdrawn, voidLane, writeConsent } from '#store/consent.ts';
import {
  beginConversation,
  type ConversationRow,
  findAtPlace,
  findConversation,
  type Place,
  whoSpeaks,
} from '#store/conversations.ts';
import { type EventKind, insertEvent, lockEvent, replaceBody } from '#store/inbox.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store, Transaction } from '#store/open.ts';
import { saveFeedback } from '#store/feedback.ts';
import { noteReport, type OutboxRow } from '#store/outbox.ts';
import { turnOfMessage } from '#store/receipts.ts';

import type { Stops } from './stops.ts';

/** What is kept of an event, sealed. */
export interface StoredEvent {
  /** `delivery`: not a person, but a message of ours that did not arrive; `link`: this person, proven to be on another channel;
   * `incident`: something that they asked about is over. */
  readonly from: 'customer' | 'desk' | 'delivery' | 'link' | 'incident';
  readonly kind: EventKind;
  readonly channel: string;
  readonly sender: { readonly id: string; readonly organization: string; readonly displayName: string };
  readonly text: string;
  /** Characters before the text was cut to the limit. */
  readonly textLength: number;
  readonly action: string | null;
  readonly attachments?: readonly Attachment[];
  readonly isPrivate?: boolean;
  /** Where it was said, if in another place of the same person than where the conversation is. */
  readonly elsewhere?: ThreadKey;
  readonly sentAt: string;
  /** Of a message of ours that did not arrive: our own name of it. */
  readonly key?: string;
  /** Tells two of the same time apart. */
  readonly order?: string;
  /** The turn of the message of ours whose button was pressed. */
  readonly about?: string;
}

/** What a person does in a thread. */
type Act = InboundMessage | InboundAction | InboundOpening | InboundStop;
type Kept = Act | InboundConsent;

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

const filesOf = (event: Kept): readonly Attachment[] => (event.kind === 'message' ? (event.attachments ?? []) : []);

/** What was said; a file is told by its name. */
const wordsOf = (event: Kept): string => {
  const text = 'text' in event ? (event.text ?? '') : '';
  return `${text}\n${namesOf(filesOf(event))}`.trim();
};

interface Found {
  readonly row: ConversationRow;
  readonly from: StoredEvent['from'];
  readonly action: string | null;
  /** Said in another place that the conversation is continued in. */
  readonly isElsewhere: boolean;
}

const toSpeaker = ({ id, organization, displayName }: Sender): StoredEvent['sender'] => ({
  id,
  organization,
  displayName,
});

const toStored = (event: Kept, { from, action, isElsewhere }: Found, keptLengthMax: number): StoredEvent => {
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
    ...(event.kind === 'message' && event.setting === 'direct' ? { isPrivate: true } : {}),
    ...(isElsewhere ? { elsewhere: event.thread } : {}),
    sentAt: event.sentAt.toISOString(),
    ...(event.kind === 'message' && event.order !== undefined ? { order: event.order } : {}),
  };
};

const isEmpty = (event: Act): boolean => event.kind === 'message' && wordsOf(event) === '';

/** Whether somebody who is not known yet begins a conversation by it. */
const begins = (event: Act): boolean =>
  event.kind === 'message' ? event.addressed && !event.aside : event.kind !== 'stopped';

/** What nobody said, as an event of a conversation all the same: whoever has the lane tells of it. */
const storeOwnEvent = async (
  transaction: Transaction,
  lanes: Lanes,
  owner: ConversationRef,
  sealer: Sealer,
  own: Omit<StoredEvent, 'kind' | 'textLength' | 'sentAt'> & {
    readonly from: 'delivery' | 'link' | 'incident';
    readonly key: string;
  },
): Promise<void> => {
  const event: StoredEvent = {
    ...own,
    kind: 'message',
    textLength: own.text.length,
    sentAt: new Date().toISOString(),
  };
  const body = sealer.seal(JSON.stringify(event), bodyPurpose);
  const id = `${owner.conversation}:${own.key}`;
  const channel = own.from === 'delivery' ? 'undelivered' : own.from;
  if (await insertEvent(transaction, owner, { channel, id, kind: 'message', body }))
    await lanes.wake(transaction, 'turns', owner.conversation);
};

/** A message of ours that was given up or did not arrive, as an event of its conversation: whoever has the lane tells a person. */
export const storeUndelivered = async (
  transaction: Transaction,
  { lanes, vault }: Pick<InboxParts, 'lanes' | 'vault'>,
  row: OutboxRow,
  why: string,
): Promise<void> => {
  const found = await findConversation(transaction, row.conversation);
  if (!found) return;
  const sealer = vault.unwrap(found.wrappedKey);
  // Of one that was forgotten nothing is left to quote.
  const { text } =
    row.body.length === 0 ? { text: '' } : (JSON.parse(sealer.open(row.body, 'outbox')) as OutboundMessage);
  const sender = { id: '', organization: '', displayName: '' };
  await storeOwnEvent(transaction, lanes, row, sealer, {
    from: 'delivery',
    key: row.key,
    channel: row.channel,
    sender,
    text,
    action: why,
  });
};

/** The person of a conversation has proven to be this one, on that channel. */
export const storeLinked = (
  { store, lanes }: Pick<InboxParts, 'store' | 'lanes'>,
  owner: ConversationRef,
  sealer: Sealer,
  {
    turn,
    channel,
    sender,
  }: { readonly turn: string; readonly channel: string; readonly sender: StoredEvent['sender'] },
): Promise<void> =>
  store.transaction((transaction) =>
    storeOwnEvent(transaction, lanes, owner, sealer, {
      from: 'link',
      key: turn,
      channel,
      sender: { id: sender.id, organization: sender.organization, displayName: sender.displayName },
      text: '',
      action: null,
    }),
  );

/** Something that the person of a conversation asked about is over. */
export const storeIncidentOver = (
  transaction: Transaction,
  lanes: Lanes,
  owner: ConversationRef,
  sealer: Sealer,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<void> =>
  storeOwnEvent(transaction, lanes, owner, sealer, {
    from: 'incident',
    key: id,
    channel: '',
    sender: { id: '', organization: '', displayName: '' },
    text,
    action: null,
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
  const placeOf = (event: Kept): Place => ({
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
      return row && { row, from: 'desk', action: named.act, isElsewhere: false };
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
    return row && { row, from: 'customer', action, isElsewhere: false };
  };

  /** Only what is asked of a message of ours needs to know which: whose button asks for a person does not matter. */
  const aboutOf = async (transaction: Transaction, event: Act, { row, action }: Found): Promise<string | null> =>
    event.kind === 'action' && action === 'why' && event.message !== undefined
      ? turnOfMessage(transaction, row.conversation, {
          channel: event.channel,
          sentIndex: vault.index('sent', event.message),
        })
      : null;

  const act = async (event: Act): Promise<Outcome> => {
    const [outcome, conversation] = await store.transaction(async (transaction): Promise<[Outcome, string?]> => {
      const found = await find(transaction, event);
      if (!found) return ['ignored'];
      const isForDesk = event.kind === 'message' || event.kind === 'action';
      if (found.from === 'desk' && !isForDesk) return ['ignored'];
      const about = await aboutOf(transaction, event, found);
      const kept = { ...toStored(event, found, keptLengthMax), ...(about === null ? {} : { about }) };
      const body = vault.unwrap(found.row.wrappedKey).seal(JSON.stringify(kept), bodyPurpose);
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

  /** Written down before anything else, whoever says it; whatever is being answered is void. */
  const hearConsent = async (event: InboundConsent): Promise<Outcome> => {
    const { channel, given, how, otherwise } = event;
    const whose = { channel, handle: handleOf(channel, event.sender.id) };
    if (otherwise && !(await hasWithdrawn(store, whose))) return receive(otherwise);
    const eventId = idOf(channel, event.id);
    const [outcome, conversation] = await store.transaction(async (transaction): Promise<[Outcome, string?]> => {
      if (!(await writeConsent(transaction, whose, { given, how, eventId }))) return ['duplicate'];
      const row = await findAtPlace(transaction, placeOf(event));
      if (!row) return ['stored'];
      if (!given) await voidLane(transaction, row);
      const action = given ? 'given' : 'withdrawn';
      const stored = toStored(event, { row, from: 'customer', action, isElsewhere: false }, keptLengthMax);
      const body = vault.unwrap(row.wrappedKey).seal(JSON.stringify(stored), bodyPurpose);
      await insertEvent(transaction, row, { channel, id: eventId, kind: 'consent', body });
      await lanes.wake(transaction, 'turns', row.conversation);
      return ['stored', row.conversation];
    });
    if (!given && conversation !== undefined) parts.stops.ask(conversation);
    return outcome;
  };

  /** What did not arrive after all is told to a person, like what could not be sent. */
  const hearReport = ({ channel, message, key, status, code }: InboundDelivery): Promise<Outcome> =>
    store.transaction(async (transaction) => {
      const sentIndex = vault.index('sent', message);
      const row = await noteReport(transaction, { channel, sentIndex, key, status, code });
      if (!row) return 'ignored';
      if (status === 'failed') await storeUndelivered(transaction, parts, row, `undelivered:reported:${code ?? ''}`);
      return 'stored';
    });

  const receive = async (event: InboundEvent | null): Promise<Outcome> => {
    if (!event) return 'ignored';
    switch (event.kind) {
      case 'delivery':
        return hearReport(event);
      case 'edited':
      case 'deleted':
        return change(event);
      case 'feedback':
        return judge(event);
      case 'consent':
        return hearConsent(event);
      default:
        return isEmpty(event) ? 'ignored' : act(event);
    }
  };

  return (channel) => async (event) => parts.count(channel, await receive(event));
};

import type { InboundAction, InboundEvent, InboundMessage, Receive } from '#core/channel.ts';
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
import { insertEvent } from '#store/inbox.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store, Transaction } from '#store/open.ts';
import { noteDelivery } from '#store/outbox.ts';

/** What is kept of an event, sealed. */
export interface StoredEvent {
  /** `delivery`: not a person, but a message of ours that did not arrive. */
  readonly from: 'customer' | 'desk' | 'delivery';
  readonly kind: 'message' | 'action';
  readonly channel: string;
  readonly sender: { readonly id: string; readonly displayName: string };
  readonly text: string;
  /** Characters before the text was cut to the limit. */
  readonly textLength: number;
  readonly action: string | null;
  readonly sentAt: string;
  /** Tells two of the same time apart. */
  readonly order?: string;
}

export type Outcome = 'stored' | 'duplicate' | 'ignored';

export interface InboxParts {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly vault: Vault;
  readonly textLengthMax: number;
  /** Reads a button that names its case. */
  readonly toCaseAction: (action: string) => { act: string; id: string } | null;
  /** Told once per event what became of it. */
  readonly count: (channel: string, outcome: Outcome) => void;
}

const bodyPurpose = 'inbox';
export const readEvent = (sealer: Sealer, body: Parameters<Sealer['open']>[0]): StoredEvent =>
  JSON.parse(sealer.open(body, bodyPurpose)) as StoredEvent;

const toStored = (
  event: InboundMessage | InboundAction,
  from: StoredEvent['from'],
  action: string | null,
  textLengthMax: number,
): StoredEvent => {
  const text = (event.text ?? '').trim();
  return {
    from,
    kind: event.kind,
    channel: event.channel,
    sender: { id: event.sender.id, displayName: event.sender.displayName },
    text: text.slice(0, textLengthMax),
    textLength: text.length,
    action,
    sentAt: event.sentAt.toISOString(),
    ...(event.kind === 'message' && event.order !== undefined ? { order: event.order } : {}),
  };
};

interface Found {
  readonly row: ConversationRow;
  readonly from: StoredEvent['from'];
  readonly action: string | null;
}

const isEmpty = (event: InboundMessage | InboundAction): boolean =>
  event.kind === 'message' && event.text.trim() === '';

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
      sender: { id: '', displayName: '' },
      text: lost.text,
      textLength: lost.text.length,
      action: lost.why,
      sentAt: new Date().toISOString(),
    };
    const body = sealer.seal(JSON.stringify(event), bodyPurpose);
    const id = `${owner.conversation}:${lost.key}`;
    if (await insertEvent(transaction, owner, { channel: 'undelivered', id, body }))
      await lanes.wake(transaction, 'turns', owner.conversation);
  });

/** Commits each event of a channel once under the platform's own id, together with the wake-up of its lane. */
export const createInbox = ({
  store,
  lanes,
  vault,
  textLengthMax,
  toCaseAction,
  count,
}: InboxParts): ((channel: string) => Receive) => {
  const placeOf = (event: InboundMessage | InboundAction): Place => ({
    organization: event.sender.organization,
    channel: event.channel,
    handle: vault.index('handle', `${event.channel}:${event.sender.id}`),
    threadIndex: vault.index('thread', `${event.channel}:${event.thread}`),
  });

  const find = async (transaction: Transaction, event: InboundMessage | InboundAction): Promise<Found | null> => {
    const named = event.kind === 'action' ? toCaseAction(event.action) : null;
    if (named) {
      const found = await findCase(transaction, event.channel, named.id);
      const row = found && (await findConversation(transaction, found.conversation));
      return row && { row, from: 'desk', action: named.act };
    }
    const place = placeOf(event);
    const action = event.kind === 'action' ? event.action : null;
    const known = await whoSpeaks(transaction, place);
    if (known) return { ...known, action: known.from === 'desk' ? null : action };
    if (event.kind === 'message' && !event.addressed) return null;
    const { wrapped, sealer } = vault.create();
    const row = await beginConversation(transaction, place, {
      wrapped,
      thread: sealer.seal(event.thread, 'thread'),
      profile: sealer.seal(JSON.stringify(event.sender), 'profile'),
    });
    return row && { row, from: 'customer', action };
  };

  const commit = (event: InboundMessage | InboundAction): Promise<Outcome> =>
    store.transaction(async (transaction) => {
      const found = await find(transaction, event);
      if (!found) return 'ignored';
      const body = vault
        .unwrap(found.row.wrappedKey)
        .seal(JSON.stringify(toStored(event, found.from, found.action, textLengthMax)), bodyPurpose);
      // A fingerprint: the platform's id of an event may name a person or a room.
      const id = vault.index('event', `${event.channel}:${event.id}`);
      if (!(await insertEvent(transaction, found.row, { channel: event.channel, id, body }))) return 'duplicate';
      await lanes.wake(transaction, 'turns', found.row.conversation);
      return 'stored';
    });

  const receive = async (event: InboundEvent | null): Promise<Outcome> => {
    if (!event) return 'ignored';
    if (event.kind === 'delivery') {
      await noteDelivery(
        store,
        event.channel,
        vault.index('sent', event.message),
        event.status === 'failed' ? (event.code ?? 'failed') : null,
      );
      return 'stored';
    }
    if (event.kind !== 'message' && event.kind !== 'action') return 'ignored';
    return isEmpty(event) ? 'ignored' : commit(event);
  };

  return (channel) => async (event) => count(channel, await receive(event));
};

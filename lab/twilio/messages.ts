import { randomBytes } from 'node:crypto';
import { countSegments } from './segments.ts';

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'received';

export interface StoredMessage {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  readonly from: string;
  readonly to: string;
  /** What the API shows; emptied by redaction. */
  body: string;
  /** What is on the person's phone: no redaction reaches it. */
  readonly received: string;
  readonly mediaUrls: readonly string[];
  readonly segments: number;
  status: MessageStatus;
  errorCode: number | null;
  createdAt: Date;
  sentAt: Date | null;
  updatedAt: Date;
}

export interface MessageStore {
  add(message: Pick<StoredMessage, 'direction' | 'from' | 'to' | 'body' | 'mediaUrls' | 'status'>): StoredMessage;
  get(sid: string): StoredMessage | undefined;
  remove(sid: string): void;
  /** Oldest first. */
  all(): readonly StoredMessage[];
  set(message: StoredMessage, change: Partial<Pick<StoredMessage, 'status' | 'errorCode' | 'body'>>): void;
  /** All that was written with this address is so much older from now on. */
  age(address: string, byMs: number): void;
  onChange(listener: (number: string) => void): () => void;
}

/** The person's number of a message. */
export const personOf = (message: StoredMessage): string =>
  message.direction === 'inbound' ? message.from : message.to;

/** Keeps every message of the account and tells who was affected by a change. */
export const createMessageStore = (): MessageStore => {
  const messages = new Map<string, StoredMessage>();
  const listeners = new Set<(number: string) => void>();
  const changed = (message: StoredMessage) => {
    for (const listener of listeners) listener(personOf(message));
  };
  return {
    add(given) {
      const now = new Date();
      const message: StoredMessage = {
        ...given,
        sid: (given.mediaUrls.length > 0 ? 'MM' : 'SM') + randomBytes(16).toString('hex'),
        received: given.body,
        segments: countSegments(given.body),
        errorCode: null,
        createdAt: now,
        sentAt: given.direction === 'inbound' ? now : null,
        updatedAt: now,
      };
      messages.set(message.sid, message);
      changed(message);
      return message;
    },
    get: (sid) => messages.get(sid),
    remove: (sid) => void messages.delete(sid),
    all: () => [...messages.values()],
    set(message, change) {
      Object.assign(message, change);
      message.updatedAt = new Date();
      if (change.status === 'sent') message.sentAt = message.updatedAt;
      changed(message);
    },
    age(address, byMs) {
      for (const message of messages.values())
        if (personOf(message) === address) message.createdAt = new Date(message.createdAt.getTime() - byMs);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** RFC 2822 with a numeric zone, as the API prints dates. */
const toRfc2822 = (date: Date | null): string | null => (date ? date.toUTCString().replace('GMT', '+0000') : null);

export const toWireMessage = (accountSid: string, message: StoredMessage) => {
  const path = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  return {
    sid: message.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    from: message.from,
    to: message.to,
    direction: message.direction,
    status: message.status,
    error_code: message.errorCode,
    error_message: null,
    num_segments: String(message.segments),
    num_media: String(message.mediaUrls.length),
    messaging_service_sid: null,
    price: null,
    price_unit: 'USD',
    date_created: toRfc2822(message.createdAt),
    date_updated: toRfc2822(message.updatedAt),
    date_sent: toRfc2822(message.sentAt),
    subresource_uris: { media: `${path}/Media.json` },
    uri: `${path}.json`,
  };
};

import type { SentKey, ThreadKey } from '#core/channel.ts';

export type ConversationKind = 'personal' | 'groupChat' | 'channel';

export interface Thread {
  readonly kind: ConversationKind;
  /** In a channel with `;messageid=<root>`, which is its thread. */
  readonly conversation: string;
}

/** Without the service URL: it may change, and the conversation stays the same. */
export const toThreadKey = ({ kind, conversation }: Thread): ThreadKey =>
  JSON.stringify({ kind, conversation }) as ThreadKey;

/** Of a chat also as it was kept before, with the service URL of that time. */
export const threadOf = (key: ThreadKey): Thread & { readonly serviceUrl?: string } =>
  JSON.parse(key) as Thread & { readonly serviceUrl?: string };

/** A conversation without its thread. */
export const roomOf = (conversation: string): string => conversation.split(';messageid=')[0] ?? conversation;

/** Activity ids are unique within a room only. */
export const toSentKey = (conversation: string, activityId: string): SentKey =>
  `${roomOf(conversation)}:${activityId}` as SentKey;

export const activityIdOf = (sent: SentKey): string => sent.slice(sent.lastIndexOf(':') + 1);

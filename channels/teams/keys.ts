import type { SentKey, ThreadKey } from '#core/channel.ts';

export type ConversationKind = 'personal' | 'groupChat' | 'channel';

export interface Thread {
  readonly kind: ConversationKind;
  /** In a channel with `;messageid=<root>`, which is its thread. */
  readonly conversation: string;
  /**
   * Where the conversation is written to. Left out for channels: a desk's thread is named before any activity has told
   * the service URL of its team, and must have the same key after.
   */
  readonly serviceUrl?: string;
}

export const toThreadKey = ({ kind, conversation, serviceUrl }: Thread): ThreadKey =>
  JSON.stringify({
    kind,
    conversation,
    ...(kind === 'channel' || serviceUrl === undefined ? {} : { serviceUrl }),
  }) as ThreadKey;

export const threadOf = (key: ThreadKey): Thread => JSON.parse(key) as Thread;

/** A conversation without its thread. */
export const roomOf = (conversation: string): string => conversation.split(';messageid=')[0] ?? conversation;

/** Activity ids are unique within a room only. */
export const toSentKey = (conversation: string, activityId: string): SentKey =>
  `${roomOf(conversation)}:${activityId}` as SentKey;

/**
 * The message that a stream shows: an answer that grows, which its reader may stop, or words that were whole from the beginning.
 * It is ended by the last activity of the stream, not by an update.
 */
export type StreamKind = 'answer' | 'words';

export const toStreamKey = (conversation: string, kind: StreamKind, streamId: string): SentKey =>
  `${roomOf(conversation)}:${kind}:${streamId}` as SentKey;

export const streamKindOf = (sent: SentKey): StreamKind | null =>
  (/:(answer|words):[^:]*$/.exec(sent)?.[1] as StreamKind | undefined) ?? null;

export const activityIdOf = (sent: SentKey): string => sent.slice(sent.lastIndexOf(':') + 1);

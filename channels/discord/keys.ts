import type { SentKey, ThreadKey } from '#core/channel.ts';

export interface Thread {
  /** A text channel, a direct message channel or a thread: threads have ids of their own. */
  readonly room: string;
  /** A case posted here opens a thread of its own. */
  readonly opensThreads?: true;
}

export const toThreadKey = ({ room, opensThreads }: Thread): ThreadKey =>
  JSON.stringify({ room, ...(opensThreads ? { opensThreads } : {}) }) as ThreadKey;

export const threadOf = (key: ThreadKey): Thread => JSON.parse(key) as Thread;

export const toSentKey = (room: string, message: string): SentKey => `${room}:${message}` as SentKey;

export function placeOf(sent: SentKey): { readonly room: string; readonly message: string } {
  const [room = '', message = ''] = sent.split(':');
  return { room, message };
}

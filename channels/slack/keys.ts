import { z } from 'zod';
import type { SentKey, ThreadKey } from '#core/channel.ts';

/**
 * `root` is the `ts` of the message the thread hangs on; null is the top level of the room. The room of direct messages is named by
 * the person in it, as a command that is answered there does not tell the room.
 */
export interface SlackThread {
  readonly team: string;
  readonly room: string;
  readonly root: string | null;
}

const thread = z.object({ team: z.string(), room: z.string(), root: z.string().nullable() });
const sent = z.object({ room: z.string(), ts: z.string() });

/** Equal threads give equal keys: the fields are written in one order. */
export const toThreadKey = ({ team, room, root }: SlackThread): ThreadKey =>
  JSON.stringify({ team, room, root }) as ThreadKey;

/** Throws when the key is not of this channel. */
export const readThreadKey = (key: ThreadKey): SlackThread => thread.parse(JSON.parse(key));

export const toSentKey = (room: string, ts: string): SentKey => JSON.stringify({ room, ts }) as SentKey;

/** Throws when the key is not of this channel. */
export const readSentKey = (key: SentKey): { room: string; ts: string } => sent.parse(JSON.parse(key));

/** Ids of direct messages start with D; those of channels and private groups with C or G. */
export const isDirectRoom = (room: string): boolean => room.startsWith('D');

export const isPerson = (room: string): boolean => room.startsWith('U') || room.startsWith('W');

/** The thread at `root` of a room in which this person does something. */
export const threadOf = (team: string, room: string, person: string, root: string | null): SlackThread => ({
  team,
  room: isDirectRoom(room) ? person : room,
  root,
});

/** The root of the thread in which replies to a message arrive: a direct message goes on at its top level, a channel opens a thread. */
export const rootOf = (room: string, ts: string, threadTs: string | undefined): string | null => {
  if (isDirectRoom(room) || isPerson(room)) return threadTs === undefined || threadTs === ts ? null : threadTs;
  return threadTs ?? ts;
};

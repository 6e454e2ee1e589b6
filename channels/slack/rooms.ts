import type { WebClient } from '@slack/web-api';
import { ChannelError } from '#core/errors.ts';
import { createRecent } from '#core/recent.ts';
import { call } from './client.ts';
import { isDirectRoom, isPerson } from './keys.ts';

/** So many people's rooms are remembered. */
const roomsMax = 5000;

/** Where each person's direct messages with us are: a thread of theirs names the person, for a command comes without that room. */
export interface DirectRooms {
  /** Remembers what an event or an answer says of it. */
  note(team: string, person: string, room: string): void;
  /** The id to post to: a post to a person opens their room. */
  toPost(team: string, room: string): string;
  /** The room itself. Throws ChannelError, never 'ambiguous'. */
  open(client: WebClient, team: string, room: string): Promise<string>;
}

export const createDirectRooms = (): DirectRooms => {
  const known = createRecent<string>(roomsMax);
  const idOf = (team: string, person: string) => `${team}:${person}`;
  const note: DirectRooms['note'] = (team, person, room) => {
    if (isDirectRoom(room) && isPerson(person)) known.set(idOf(team, person), room);
  };
  return {
    note,
    toPost: (team, room) => known.get(idOf(team, room)) ?? room,
    async open(client, team, room) {
      const found = known.get(idOf(team, room));
      if (found !== undefined || !isPerson(room)) return found ?? room;
      const { channel } = await call(client.conversations.open({ users: room })).catch((error: unknown) => {
        const isUnsure = error instanceof ChannelError && error.reason === 'ambiguous';
        // Nobody sees a room that is opened.
        throw isUnsure ? new ChannelError('slack', 'rate_limited', error.code, { cause: error }) : error;
      });
      if (!channel?.id) throw new ChannelError('slack', 'unreachable', 'no_direct_room');
      note(team, room, channel.id);
      return channel.id;
    },
  };
};

import type { PaneMessage } from '#lab/pane.ts';
import type { Platforms, Seat } from '#lab/platforms.ts';

import { fromBot, sees } from './pane-watch.ts';

export type DeskPlatform = 'slack' | 'teams' | 'discord';

/** A room for the desk on one platform, with two agents in it. */
export interface DeskRoom {
  readonly id: string;
  readonly ana: Seat;
  readonly bob: Seat;
  /** The bot's name as an agent writes it to speak to it. */
  readonly mention: string;
}

const names = ['Ana Torres', 'Bob Reyes'] as const;

const openRoom = async (
  { servers }: Platforms,
  platform: DeskPlatform,
): Promise<{ id: string; users: string[]; mention: string }> => {
  const users = names.map((name) => servers[platform].addUser({ name }).id);
  switch (platform) {
    case 'slack': {
      const { id } = servers.slack.addRoom({ name: 'desk', kind: 'channel' });
      return { id, users, mention: `<@${servers.slack.botUserId}>` };
    }
    case 'teams': {
      const id = await servers.teams.addRoom({ type: 'channel', name: 'Desk', members: users });
      return { id, users, mention: '@Firstline' };
    }
    case 'discord': {
      const id = servers.discord.addRoom({ type: 'text', name: 'desk' });
      return { id, users, mention: `<@${servers.discord.bot.id}>` };
    }
  }
};

export const openDeskRoom = async (platforms: Platforms, platform: DeskPlatform): Promise<DeskRoom> => {
  const { id, users, mention } = await openRoom(platforms, platform);
  const { pane } = platforms.servers[platform];
  const [ana, bob] = users.map((user): Seat => ({ pane, room: id, user }));
  if (!ana || !bob) throw new Error('The desk has two agents');
  return { id, ana, bob, mention };
};

/** Everything that can be read on a message, wherever the platform draws it. */
export const wordsOf = ({ title, text, facts }: PaneMessage): string =>
  [title, text, ...facts.map(({ label, value }) => `${label}: ${value}`)]
    .filter(Boolean)
    .join('\n')
    .replaceAll('*', '');

/** The card of the case in which these words were said. */
export const seesCard = (seat: Seat, words: string): Promise<PaneMessage> =>
  sees(seat, (message) => message.actions.length > 0 && wordsOf(message).includes(words));

/** The card once it offers, or no longer offers, this act. */
export const seesOffer = (seat: Seat, card: PaneMessage, act: string, isOffered = true): Promise<PaneMessage> =>
  sees(seat, ({ id, actions }) => id === card.id && actions.some((one) => one.id.startsWith(`${act}:`)) === isOffered);

/** What is said in the thread of a case, oldest first: the bot's words and the agents'. */
export const threadOf = (seat: Seat, card: PaneMessage): PaneMessage[] =>
  seat.pane.view(seat.room).messages.filter(({ thread }) => thread === card.id);

export const threadText = (seat: Seat, card: PaneMessage): string =>
  threadOf(seat, card)
    .map(({ text }) => text)
    .join('\n');

export const seesInThread = (seat: Seat, card: PaneMessage, words: string): Promise<PaneMessage> =>
  sees(seat, (message) => message.thread === card.id && fromBot(message) && message.text.includes(words));

/** Writes in the thread of a case. */
export const write = (seat: Seat, card: PaneMessage, text: string): Promise<string> =>
  seat.pane.say({ room: seat.room, user: seat.user, thread: card.id, text });

import type { Platforms } from '#lab/platforms.ts';
import type { Pane } from '#lab/pane.ts';

import { offer, wish } from './outputs.ts';
import { openWebRoom } from './web-room.ts';

export const channelNames = ['slack', 'teams', 'discord', 'sms', 'web'] as const;
export type ChannelName = (typeof channelNames)[number];

export interface Shown {
  readonly id: string;
  readonly isOurs: boolean;
  readonly text: string;
  /** The reader is told that more will follow. */
  readonly partial: boolean;
}

/** Where one customer talks with the assistant, as the customer sees it. */
export interface Room {
  say(text: string): Promise<void>;
  /** What is on the screen now, oldest first. */
  shown(): readonly Shown[];
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Tells each room's listener of the changes there only: a pane tells everybody of everything. */
const watchPane = (pane: Pane): ((room: string, listener: () => void) => void) => {
  const listeners = new Map<string, () => void>();
  pane.onChange((room) => listeners.get(room)?.());
  return (room, listener) => void listeners.set(room, listener);
};

/** Whoever reads that there is more asks for it, unless they have written something else since. */
const asksForTheRest = (room: Room): Room => {
  const asked = new Set<string>();
  const ask = (): void => {
    const last = room.shown().at(-1);
    if (!last?.isOurs || !last.text.includes(offer) || asked.has(last.id)) return;
    asked.add(last.id);
    void room.say(wish);
  };
  return {
    ...room,
    onChange: (listener) =>
      room.onChange(() => {
        listener();
        ask();
      }),
  };
};

export type OpenRoom = (channel: ChannelName, customer: number) => Promise<Room>;

/** Makes a customer with a room of their own, on any of the platforms. */
export const createRooms = ({ servers }: Platforms, url: string): OpenRoom => {
  const { slack, teams, discord, twilio } = servers;
  const watches = new Map(
    [slack.pane, teams.pane, discord.pane, twilio.pane].map((pane) => [pane, watchPane(pane)] as const),
  );

  const onPane = (pane: Pane, room: string, user: string, toText = (text: string): string => text): Room => ({
    say: async (text) => void (await pane.say({ room, user, text: toText(text) })),
    shown: () =>
      pane
        .view(room)
        .messages.map(({ id, author, text }) => ({ id, isOurs: author.role === 'bot', text, partial: false })),
    onChange: (listener) => watches.get(pane)?.(room, listener),
    close: async () => undefined,
  });

  const open: Readonly<Record<ChannelName, (customer: number) => Promise<Room>>> = {
    slack: async (customer) => {
      const user = slack.addUser({ name: `Slack ${customer}` });
      const room = slack.addRoom({ name: user.name, kind: 'im', user: user.id });
      return onPane(slack.pane, room.id, user.id);
    },
    teams: async (customer) => {
      const user = teams.addUser({ name: `Teams ${customer}` });
      return onPane(teams.pane, await teams.addRoom({ type: 'personal', members: [user.id] }), user.id);
    },
    // Every other one in a channel of the server, where the bot is spoken to by mention.
    discord: async (customer) => {
      const user = discord.addUser({ name: `Discord ${customer}` });
      if (customer % 2 === 0) return onPane(discord.pane, discord.addRoom({ type: 'direct', user: user.id }), user.id);
      const room = discord.addRoom({ type: 'text', name: `help-${customer}` });
      return onPane(discord.pane, room, user.id, (text) => `<@${discord.bot.id}> ${text}`);
    },
    sms: async (customer) => {
      const number = `+1415555${String(customer).padStart(4, '0')}`;
      return asksForTheRest(onPane(twilio.pane, number, number));
    },
    web: () => openWebRoom(url),
  };
  return (channel, customer) => open[channel](customer);
};

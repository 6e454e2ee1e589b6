import type { PaneMessage } from '#lab/pane.ts';
import type { Platforms } from '#lab/platforms.ts';

import { sees } from './pane-watch.ts';
import { openVisitor } from './web-visitor.ts';

export const customerChannels = ['slack', 'teams', 'discord', 'sms', 'web'] as const;
export type CustomerChannel = (typeof customerChannels)[number];

export interface Shown {
  readonly id: string;
  readonly text: string;
  readonly actions: readonly { readonly id: string; readonly label: string }[];
}

/** Somebody who needs help, in the place of one platform where they talk with the assistant. */
export interface Customer extends AsyncDisposable {
  say(text: string): Promise<unknown>;
  /** Resolves with the first message of ours, among those now shown, that holds these words. */
  sees(words: string): Promise<Shown>;
  press(message: Shown, action: string): Promise<unknown>;
  /** All that we have said, as it is shown now. */
  texts(): readonly string[];
}

let customers = 0;

const place = async ({ servers: { slack, teams, discord, twilio } }: Platforms, channel: CustomerChannel) => {
  customers += 1;
  const name = `Customer ${customers}`;
  switch (channel) {
    case 'slack': {
      const user = slack.addUser({ name });
      return { pane: slack.pane, room: slack.addRoom({ name, kind: 'im', user: user.id }).id, user: user.id };
    }
    case 'teams': {
      const user = teams.addUser({ name });
      const room = await teams.addRoom({ type: 'personal', members: [user.id] });
      return { pane: teams.pane, room, user: user.id };
    }
    case 'discord': {
      const user = discord.addUser({ name });
      return { pane: discord.pane, room: discord.addRoom({ type: 'direct', user: user.id }), user: user.id };
    }
    default: {
      const phone = `+1415556${String(customers).padStart(4, '0')}`;
      return { pane: twilio.pane, room: phone, user: phone };
    }
  }
};

/** Opens a place of its own for one more customer on this channel. */
export const openCustomer = async (platforms: Platforms, url: string, channel: CustomerChannel): Promise<Customer> => {
  if (channel === 'web') {
    const visitor = await openVisitor(url);
    return {
      say: visitor.say,
      sees: (words) => visitor.sees((message) => message.author === 'assistant' && message.text.includes(words)),
      press: ({ id }, action) => visitor.press(id, action),
      texts: () => visitor.messages().flatMap(({ author, text }) => (author === 'assistant' ? [text] : [])),
      [Symbol.asyncDispose]: () => visitor[Symbol.asyncDispose](),
    };
  }
  const seat = await place(platforms, channel);
  const { pane, room, user } = seat;
  const isOurs = ({ author }: PaneMessage): boolean => author.role === 'bot';
  return {
    say: (text) => pane.say({ room, user, text }),
    sees: (words) => sees(seat, (message) => isOurs(message) && message.text.includes(words)),
    press: ({ id }, action) => pane.press({ room, user, message: id, action }),
    texts: () => pane.view(room).messages.flatMap((message) => (isOurs(message) ? [message.text] : [])),
    [Symbol.asyncDispose]: async () => undefined,
  };
};

import type { PaneMessage } from '#lab/pane.ts';
import type { Seat } from '#lab/platforms.ts';

import { until } from './until.ts';

/** Resolves with the first message in the seat's room that the test accepts. */
export const sees = (seat: Seat, accepts: (message: PaneMessage) => boolean): Promise<PaneMessage> =>
  until(
    () => seat.pane.view(seat.room).messages.find(accepts),
    (look) => seat.pane.onChange(look),
    () =>
      seat.pane
        .view(seat.room)
        .messages.map(({ author, text }) => `${author.name}: ${text}`)
        .join('\n'),
  );

/** Every text that the assistant's messages in this room have shown, oldest first. */
export const watchTexts = (seat: Seat): readonly string[] => {
  const texts: string[] = [];
  seat.pane.onChange(() => {
    for (const message of seat.pane.view(seat.room).messages)
      if (message.author.role === 'bot' && !texts.includes(message.text)) texts.push(message.text);
  });
  return texts;
};

export const fromBot = (message: PaneMessage): boolean => message.author.role === 'bot';

/** Presses the card's button of this act, as an agent does, and types what it asks for. */
export const pressCase = (seat: Seat, card: PaneMessage, act: string, text?: string): Promise<void> => {
  const action = card.actions.find(({ id }) => id.startsWith(`${act}:`));
  if (!action) throw new Error(`The card has no ${act}.`);
  return seat.pane.press({
    room: seat.room,
    user: seat.user,
    message: card.id,
    action: action.id,
    ...(text === undefined ? {} : { text }),
  });
};

import type { Channel } from '#core/channel.ts';
import type { Outgoing } from '#core/turn.ts';

import { fit } from './fit.ts';

/**
 * The messages that one is shown as: several, under keys of their own, where its words are too long for the channel.
 * A message with a title stays one, and so does what replaces a message that is shown already.
 */
export const createToParts =
  (channels: ReadonlyMap<string, Channel>) =>
  (outgoing: Outgoing): Outgoing[] => {
    const channel = channels.get(outgoing.channel);
    const { message, key } = outgoing;
    if (!channel || outgoing.replaces !== undefined || message.title !== undefined) return [outgoing];
    const texts = fit(message.text, channel.limits);
    return texts.map((text, part) => ({
      ...outgoing,
      key: part === 0 ? key : `${key}:${part}`,
      message: part === texts.length - 1 ? { ...message, text } : { text },
    }));
  };

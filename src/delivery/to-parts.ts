import type { Channel, Citation, OutboundMessage } from '#core/channel.ts';
import type { Say } from '#core/sentences.ts';
import type { Outgoing } from '#core/turn.ts';

import { fit } from './fit.ts';

type Fitting = Pick<Channel, 'fits'>;

/** One message and no more: what has no room is left out, and seen to be. */
const shorten = (channel: Fitting, message: OutboundMessage): OutboundMessage => {
  if (channel.fits(message) || !channel.fits({ ...message, text: '…' })) return message;
  const shortened = (text: string): OutboundMessage => ({ ...message, text: `${text}\n\n…` });
  return shortened(fit(message.text, (text) => channel.fits(shortened(text)))[0] ?? '');
};

/** As many citations together as one message takes, with these words above them. */
const toSources = (
  channel: Fitting,
  { citations = [], actions = [] }: OutboundMessage,
  above: string,
): OutboundMessage[] => {
  const groups: Citation[][] = [];
  for (const citation of citations) {
    const group = groups.at(-1);
    if (group && channel.fits({ text: above, citations: [...group, citation], actions })) group.push(citation);
    else groups.push([citation]);
  }
  return groups.map((group, index) => ({
    text: '',
    citations: group,
    ...(index === groups.length - 1 && actions.length > 0 ? { actions } : {}),
  }));
};

/** The room that words need beside sources, for both to stand in one message. */
const roomForWords = 'words '.repeat(20);

/**
 * The messages that show this one whole, in reading order. Citations and buttons stand on the last, and `more` below each but the
 * last.
 */
export const split = (channel: Fitting, message: OutboundMessage, more = ''): OutboundMessage[] => {
  if (message.text.trim() === '') return [message];
  const goesOn = (part: OutboundMessage): OutboundMessage => ({
    ...part,
    text: [part.text, more].filter(Boolean).join('\n\n'),
  });
  const isRoomy = channel.fits({ ...message, text: roomForWords });
  const texts = fit(message.text, (text, isLast) =>
    channel.fits(isLast && (isRoomy || text === message.text) ? { ...message, text } : goesOn({ text })),
  );
  const [last = ''] = texts.slice(-1);
  const isWhole = channel.fits({ ...message, text: last });
  const parts = [
    ...texts.slice(0, -1).map((text) => ({ text })),
    ...(isWhole ? [{ ...message, text: last }] : [{ text: last }, ...toSources(channel, message, more)]),
  ];
  return parts.map((part, index) => (index === parts.length - 1 ? part : goesOn(part)));
};

/**
 * The messages that one is shown as: several, under keys of their own, where it is too long for the channel. Where an answer comes
 * in parts that are asked for, the rest of it is held.
 * A message with a title stays one, and so does what replaces a message that is shown already.
 */
export const createToParts =
  (channels: ReadonlyMap<string, Channel>, say: Say) =>
  (outgoing: Outgoing, language: string): Outgoing[] => {
    const channel = channels.get(outgoing.channel);
    const { message, key } = outgoing;
    if (!channel) return [outgoing];
    const fitting: Fitting = { fits: (one) => channel.fits(one, outgoing.thread) };
    if (outgoing.replaces !== undefined || message.title !== undefined)
      return [{ ...outgoing, message: shorten(fitting, message) }];
    const { partsAtOnce = Infinity } = channel.limits;
    const isAsked = message.by === 'assistant' && partsAtOnce < Infinity;
    const more = isAsked ? say({ language, channel: channel.name }, 'more') : '';
    return split(fitting, message, more).map((part, index) => ({
      ...outgoing,
      key: index === 0 ? key : `${key}:${index}`,
      message: part,
      ...(isAsked && index >= partsAtOnce ? { isHeld: true } : {}),
    }));
  };

import type { OutboundMessage } from '#core/channel.ts';

/** The words with where the file of the message can be had, for channels that do not take it. */
export const linkToFile = ({ file, ...message }: OutboundMessage): OutboundMessage =>
  file ? { ...message, text: [message.text, `[${file.name}](${file.url})`].filter(Boolean).join('\n\n') } : message;

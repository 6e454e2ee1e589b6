import type { OutboundMessage } from '#core/channel.ts';
import { toPlainText, transliterate } from './plain-text.ts';

/** Characters; longer bodies are refused with 21617. */
const bodyLengthMax = 1600;

/** The one action a text message can offer: the way to a person. */
const humanAction = 'human';
const humanHint = 'Reply AGENT for a person.';

const isOffered = ({ actions = [] }: OutboundMessage): boolean => actions.some(({ id }) => id === humanAction);

const sources = ({ citations = [] }: OutboundMessage): string[] => [
  ...new Set(citations.map(({ title, url }) => ['Source:', transliterate(title), url].filter(Boolean).join(' '))),
];

/** A message as the body of one SMS: its words, its sources, the way to a person. */
export const renderBody = (message: OutboundMessage): string => {
  const { title, facts = [] } = message;
  const facing = facts.map(({ label, value }) => transliterate(`${label}: ${value}`)).join('\n');
  // Nothing but pictures would be nothing at all, which is refused.
  const words = toPlainText(message.text) || message.text.trim();
  return [title && transliterate(title), facing, words, sources(message).join('\n'), isOffered(message) && humanHint]
    .filter(Boolean)
    .join('\n\n');
};

/** Whether one SMS holds this message. */
export const fitsBody = (message: OutboundMessage): boolean => renderBody(message).length <= bodyLengthMax;

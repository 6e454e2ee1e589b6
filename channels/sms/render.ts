import type { OutboundMessage } from '#core/channel.ts';
import { toPlainText, transliterate } from './plain-text.ts';

/** Characters; longer bodies are refused with 21617. */
export const bodyLengthMax = 1600;

/** The one action a text message can offer: the way to a person. */
const humanAction = 'human';
const humanHint = 'Reply AGENT for a person.';

const isOffered = ({ actions = [] }: OutboundMessage): boolean => actions.some(({ id }) => id === humanAction);

const sources = ({ citations = [] }: OutboundMessage): string[] => [
  ...new Set(citations.map(({ title, url }) => ['Source:', transliterate(title), url].filter(Boolean).join(' '))),
];

const cut = (text: string): string =>
  text.length <= bodyLengthMax ? text : `${text.slice(0, bodyLengthMax - 3).replace(/[\uD800-\uDBFF]$/, '')}...`;

/** A message as the body of one SMS. What does not fit below the text is left out: sources first, then the way to a person. */
export const renderBody = (message: OutboundMessage): string => {
  const { title, facts = [] } = message;
  const facing = facts.map(({ label, value }) => transliterate(`${label}: ${value}`)).join('\n');
  const text = cut([title && transliterate(title), facing, toPlainText(message.text)].filter(Boolean).join('\n\n'));
  const hint = isOffered(message) ? `\n\n${humanHint}` : '';
  const below = text.length + hint.length > bodyLengthMax ? '' : hint;
  let body = text;
  for (const [index, line] of sources(message).entries()) {
    const added = `${index === 0 ? '\n\n' : '\n'}${line}`;
    if (body.length + added.length + below.length > bodyLengthMax) break;
    body += added;
  }
  return body + below;
};

import type { OutboundMessage } from '#core/channel.ts';
import { toSpelled } from './plain-text.ts';
import { countSegments } from './segments.ts';
import { cheapest, type Spelling } from './spelling.ts';

/** Characters; longer bodies are refused with 21617. */
const bodyLengthMax = 1600;

/** Each is charged for by itself, and carriers filter longer ones sooner: 459 characters, or 201 in the dearer alphabet. */
const segmentsMax = 3;

/** The one action a text message can offer: the way to a person. */
const humanAction = 'human';
/** Understood in every language, alone. */
const humanWord = 'AGENT';

/** The way to a person, in the words of the button that it stands for. */
const wayToHuman = ({ actions = [] }: OutboundMessage, spell: Spelling): string | undefined => {
  const offered = actions.find(({ id }) => id === humanAction);
  return offered && `${humanWord}: ${spell(offered.label)}`;
};

/** One source, the first that can be opened: each address costs half a segment, and carriers filter what is full of them. */
const source = ({ citations = [] }: OutboundMessage, spell: Spelling): string | undefined => {
  const shown = citations.find(({ url }) => url) ?? citations[0];
  return shown && [spell(shown.title), shown.url].filter(Boolean).join(' ');
};

/** A message as the body of one SMS: its words, its source, the way to a person. */
export const renderBody = (message: OutboundMessage): string => {
  const { title, facts = [] } = message;
  const spelled = toSpelled(message.text);
  return cheapest((spell) =>
    [
      title && spell(title),
      facts.map(({ label, value }) => spell(`${label}: ${value}`)).join('\n'),
      // Nothing but pictures would be nothing at all, which is refused.
      spelled(spell) || message.text.trim(),
      source(message, spell),
      wayToHuman(message, spell),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
};

/** Whether one SMS holds this message, at a price that is worth it. */
export const fitsBody = (message: OutboundMessage): boolean => {
  const body = renderBody(message);
  return body.length <= bodyLengthMax && countSegments(body) <= segmentsMax;
};

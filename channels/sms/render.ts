import type { OutboundMessage } from '#core/channel.ts';
import { type Marks, toSpelled } from './plain-text.ts';
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

/** faq.whatsapp.com: how to format your messages. */
const whatsappMarks: Marks = { strong: '*', emphasis: '_', code: '`', block: '```' };
const asItIs: Spelling = (text) => text;

/** A message as one body: its words, its source, the way to a person. On WhatsApp every letter costs the same. */
export const renderBody = (message: OutboundMessage, isOnWhatsApp = false): string => {
  const { title, facts = [] } = message;
  const spelled = toSpelled(message.text, ...(isOnWhatsApp ? [whatsappMarks] : []));
  const render = (spell: Spelling): string =>
    [
      title && spell(title),
      facts.map(({ label, value }) => spell(`${label}: ${value}`)).join('\n'),
      // Nothing but pictures would be nothing at all, which is refused.
      spelled(spell) || message.text.trim(),
      source(message, spell),
      wayToHuman(message, spell),
    ]
      .filter(Boolean)
      .join('\n\n');
  return isOnWhatsApp ? render(asItIs) : cheapest(render);
};

/** Whether one message holds this, at a price that is worth it. */
export const fitsBody = (message: OutboundMessage, isOnWhatsApp = false): boolean => {
  const body = renderBody(message, isOnWhatsApp);
  return body.length <= bodyLengthMax && (isOnWhatsApp || countSegments(body) <= segmentsMax);
};

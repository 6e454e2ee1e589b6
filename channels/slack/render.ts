import type { KnownBlock, ModalView } from '@slack/web-api';
import type { Action, Citation, OutboundMessage } from '#core/channel.ts';
import { neutralizeMentions } from './mentions.ts';
import { escapeMrkdwn } from './mrkdwn.ts';
import { asksSuffix, type Asking, judgesId, saysPrefix } from './receive.ts';
import { toWords } from './words.ts';

/** docs.slack.dev/reference/block-kit, in characters. */
const lengthMax = { markdown: 12_000, header: 150, field: 2000, citation: 300, button: 75, value: 2000 };
const dialogLengthMax = { title: 24, label: 2000, input: 3000 };
const elementsMax = { fields: 10, context: 10, actions: 25 };
const blocksMax = 50;
/** More is refused by chat.update, which was seen to count UTF-8. */
const textBytesMax = 4000;

export interface SlackPayload {
  /** For notifications, search and screen readers, which do not look into blocks: so all words are in it. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const cut = (text: string, lengthMaximum: number): string => {
  if (text.length <= lengthMaximum) return text;
  // Never through a surrogate pair.
  return `${text.slice(0, lengthMaximum - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
};

const chunk = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Text as words, for a place with neither links nor mentions. Cut before escaping, so that no entity is cut. */
const plain = (text: string, lengthMaximum: number): string => {
  const words = neutralizeMentions(text);
  for (let length = lengthMaximum; ; length -= 50) {
    const escaped = escapeMrkdwn(cut(words, Math.max(1, length)));
    if (escaped.length <= lengthMaximum || length <= 50) return escaped;
  }
};

const toButton = ({ id, label, style, asks }: Action) => ({
  type: 'button' as const,
  action_id: asks === undefined ? id : id + asksSuffix,
  text: { type: 'plain_text' as const, text: cut(label, lengthMax.button), emoji: false },
  value: cut(asks ?? id, lengthMax.value),
  ...(style === undefined ? {} : { style }),
});

const toSuggestion = (words: string, index: number) => ({
  type: 'button' as const,
  action_id: `${saysPrefix}${index}`,
  text: { type: 'plain_text' as const, text: cut(neutralizeMentions(words), lengthMax.button), emoji: false },
  value: cut(words, lengthMax.value),
});

const thumb = (sign: string, label: string, value: string) => ({
  text: { type: 'plain_text' as const, text: sign, emoji: true },
  accessibility_label: label,
  value,
});
/** docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element. Signs, for they need no language. */
const thumbs: KnownBlock = {
  type: 'context_actions',
  elements: [
    {
      type: 'feedback_buttons',
      action_id: judgesId,
      positive_button: thumb('👍', 'Helpful', 'good'),
      negative_button: thumb('👎', 'Not helpful', 'bad'),
    },
  ],
};

const toCitationLine = ({ number, title, url }: Citation): string => {
  const label = plain(title, lengthMax.citation).replaceAll('|', '¦');
  if (url === undefined || !/^https?:/i.test(url) || !URL.canParse(url)) return `[${number}] ${label}`;
  return `[${number}] <${escapeMrkdwn(new URL(url).href).replaceAll('|', '%7C')}|${label}>`;
};

const toFieldBlocks = (facts: NonNullable<OutboundMessage['facts']>): KnownBlock[] =>
  chunk(facts, elementsMax.fields).map((some) => ({
    type: 'section',
    fields: some.map(({ label, value }) => ({
      type: 'mrkdwn' as const,
      text: `*${plain(label, 200)}*\n${plain(value, lengthMax.field - 210)}`,
    })),
  }));

/** A message as text and blocks. A partial one has its text only: the rest comes with the last edit. */
export const renderMessage = (message: OutboundMessage): SlackPayload => {
  const { title, facts = [], citations = [], actions = [], suggestions = [] } = message;
  const markdown = neutralizeMentions(message.text);
  const body: KnownBlock[] = markdown.trim() === '' ? [] : [{ type: 'markdown', text: markdown }];
  const words = [title && cut(title, lengthMax.header), toWords(message.text)].filter(Boolean).join('\n');
  const text = escapeMrkdwn(neutralizeMentions(words)) || citations.map(toCitationLine).join('\n') || '…';
  if (message.partial) return { text, blocks: body };
  return {
    text,
    blocks: [
      ...(title
        ? [
            {
              type: 'header' as const,
              text: {
                type: 'plain_text' as const,
                text: cut(neutralizeMentions(title), lengthMax.header),
                emoji: false,
              },
            },
          ]
        : []),
      ...toFieldBlocks(facts),
      ...body,
      ...chunk(citations, elementsMax.context).map((some) => ({
        type: 'context' as const,
        elements: some.map((citation) => ({ type: 'mrkdwn' as const, text: toCitationLine(citation) })),
      })),
      ...chunk(actions, elementsMax.actions).map((some) => ({
        type: 'actions' as const,
        elements: some.map(toButton),
      })),
      ...(suggestions.length > 0
        ? [{ type: 'actions' as const, elements: suggestions.map((words, index) => toSuggestion(words, index)) }]
        : []),
      ...(message.asksFeedback ? [thumbs] : []),
    ],
  };
};

/** A message as what is appended to a stream, and what stands below at its end. One that is not plain has something above its words. */
export const renderStreamed = (
  message: OutboundMessage,
): { readonly markdown: string; readonly blocks: KnownBlock[]; readonly isPlain: boolean } => ({
  markdown: neutralizeMentions(message.text),
  blocks: renderMessage(message).blocks.filter(({ type }) => type !== 'markdown'),
  isPlain: message.title === undefined && (message.facts ?? []).length === 0,
});

/** Whether Slack takes this message, posted and edited. */
export const fitsMessage = (message: OutboundMessage): boolean => {
  const { text, blocks } = renderMessage(message);
  const markdownLength = blocks.reduce((sum, block) => sum + (block.type === 'markdown' ? block.text.length : 0), 0);
  return Buffer.byteLength(text) <= textBytesMax && markdownLength <= lengthMax.markdown && blocks.length <= blocksMax;
};

/** The dialog of a button that asks for text; it remembers where it was opened. */
export const renderDialog = ({ room, ts, root, action, label, asks }: Asking): ModalView => ({
  type: 'modal',
  callback_id: 'asks',
  title: { type: 'plain_text', text: cut(label, dialogLengthMax.title) },
  submit: { type: 'plain_text', text: 'Send' },
  close: { type: 'plain_text', text: 'Cancel' },
  private_metadata: JSON.stringify({ room, ts, root, action }),
  blocks: [
    {
      type: 'input',
      block_id: 'asked',
      label: { type: 'plain_text', text: cut(asks, dialogLengthMax.label) },
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: dialogLengthMax.input },
    },
  ],
});

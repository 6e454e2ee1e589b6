import { createHash } from 'node:crypto';
import type { Action, Citation, OutboundMessage } from '#core/channel.ts';
import { escapeMarkdown, toDiscordMarkdown } from './markdown.ts';
import { asksSuffix, judgesPrefix, saysPrefix, stopId } from './receive.ts';

export interface DiscordMessage {
  readonly content: string;
  readonly components: readonly object[];
  /** Sent with every create and edit: an edit without it pings again by the defaults. */
  readonly allowed_mentions: { readonly parse: readonly []; readonly replied_user: false };
  readonly flags: number;
}

const contentLengthMax = 2000;
const suppressEmbedsFlag = 1 << 2;
const buttonsInRowMax = 5;
const rowsMax = 5;
const buttonLabelLengthMax = 80;
/** Of a title, a fact or the name of a source. */
const labelLengthMax = 200;
const modalTitleLengthMax = 45;
/** Longer text would not fit one message where it is passed on. */
const typedLengthMax = 1900;
const type = { row: 1, button: 2, textInput: 4, label: 18 } as const;
const styles = { primary: 1, plain: 2, danger: 4 } as const;

const toButton = ({ id, label, style, asks }: Action) => ({
  type: type.button,
  custom_id: asks ? `${id}${asksSuffix}` : id,
  label: label.slice(0, buttonLabelLengthMax),
  style: styles[style ?? 'plain'],
});

const plainButton = (customId: string, label: string) => ({
  type: type.button,
  custom_id: customId,
  label,
  style: styles.plain,
});

const toButtons = ({ actions = [], suggestions = [], asksFeedback }: OutboundMessage) => [
  ...actions.map(toButton),
  ...suggestions.map((words, index) => plainButton(`${saysPrefix}${index}`, words.slice(0, buttonLabelLengthMax))),
  ...(asksFeedback ? [plainButton(`${judgesPrefix}good`, '👍'), plainButton(`${judgesPrefix}bad`, '👎')] : []),
];

/**
 * What a person can press: our acts, what they may want to say, and what they think of it. What still grows can be stopped; that
 * button comes and goes with edits that are made anyway.
 */
function toRows(message: OutboundMessage): object[] {
  const wanted = message.partial ? [plainButton(stopId, 'Stop')] : toButtons(message);
  const buttons = wanted.slice(0, buttonsInRowMax * rowsMax);
  const rowCount = Math.ceil(buttons.length / buttonsInRowMax);
  return Array.from({ length: rowCount }, (_, row) => ({
    type: type.row,
    components: buttons.slice(row * buttonsInRowMax, (row + 1) * buttonsInRowMax),
  }));
}

function toSource({ number, title, url }: Citation): string {
  const name = escapeMarkdown(shorten(title));
  return `-# [${number}] ${url && !/[<>\s]/.test(url) ? `[${name}](<${url}>)` : name}`;
}

/** Labels may lose their ends; an answer never does. */
function shorten(label: string): string {
  if (label.length <= labelLengthMax) return label;
  // Never half of a surrogate pair.
  return `${label.slice(0, labelLengthMax - 1).replace(/[\u{d800}-\u{dbff}]$/u, '')}…`;
}

/** Below what the assistant says: here, agents speak through the same account. Small print, and a sign that needs no language. */
const writtenByAi = '-# 🤖 AI';

function toContent({ text, title, facts = [], citations = [], by }: OutboundMessage): string {
  const named = (label: string) => escapeMarkdown(shorten(label));
  return [
    ...(title === undefined ? [] : [`**${named(title)}**`]),
    ...(text.trim() === '' ? [] : [toDiscordMarkdown(text)]),
    ...facts.map(({ label, value }) => `**${named(label)}:** ${named(value)}`),
    ...citations.map(toSource),
    ...(by === 'assistant' ? [writtenByAi] : []),
  ].join('\n');
}

/** The body of a create or an edit. */
export const toDiscordMessage = (message: OutboundMessage): DiscordMessage => ({
  content: toContent(message),
  components: toRows(message),
  allowed_mentions: { parse: [], replied_user: false },
  flags: suppressEmbedsFlag,
});

/** Whether Discord takes this message. */
export const fitsMessage = (message: OutboundMessage): boolean => toContent(message).length <= contentLengthMax;

/** The modal that asks for text; its custom id comes back with the text. */
export const toModal = (customId: string, label: string) => ({
  custom_id: customId,
  title: label.slice(0, modalTitleLengthMax),
  components: [
    {
      type: type.label,
      label: label.slice(0, modalTitleLengthMax),
      component: { type: type.textInput, custom_id: 'text', style: 2, required: true, max_length: typedLengthMax },
    },
  ],
});

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** The platform takes at most 25 characters. */
const nonceLength = 25;

/** The same delivery key gives the same nonce, so a second create within minutes answers with the first message. */
export const toNonce = (key: string): string =>
  [...createHash('sha256').update(key).digest().subarray(0, nonceLength)]
    .map((byte) => base32[byte % base32.length])
    .join('');

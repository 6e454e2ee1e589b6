import { word } from '#guardrails/pii/lexicon.ts';
import { type Tag, toTokens } from '#guardrails/pii/tag-features.ts';

import { readRows } from '../eval/measure.ts';
import { oneWordReplies } from './one-word.ts';
import type { TaggedText } from './train.ts';

export interface LabelledText extends TaggedText {
  readonly set: string;
  readonly text: string;
}

interface Row {
  readonly text: string;
  readonly content?: string;
  readonly spans?: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

const tagOf: Readonly<Record<string, Tag>> = {
  NAME: 'name',
  PREFIX: 'name',
  TITLE: 'name',
  ADDRESS: 'address',
  ADDR: 'address',
};

/** Labels count code points, and texts are cut in UTF-16 units. */
export const toUnits = (text: string): ((at: number) => number) => {
  const offsets = [0];
  for (const point of text) offsets.push((offsets.at(-1) ?? 0) + point.length);
  return (at) => offsets[at] ?? text.length;
};

const label = (set: string, { text, spans = [] }: Row, weight: number): LabelledText => {
  const unit = toUnits(text);
  const tokens = toTokens(text);
  const tags = tokens.map(({ start, end }): Tag => {
    const span = spans.find((one) => unit(one.start) < end && start < unit(one.end));
    return (span && tagOf[span.type]) ?? 'none';
  });
  return { set, text, tokens, tags, weight };
};

/** How much a row of a set counts; sets without labels are taken for free of names, which nearly all of them are. */
const sets: readonly (readonly [set: string, weight: number, every: number])[] = [
  ['pii/presidio-generated', 1, 1],
  ['pii/support-chat', 1.5, 1],
  ['pii/names-in-requests', 1, 1],
  ['pii/bare-answers', 0.6, 2],
  ['pii/orders-no-pii', 1, 1],
  ['intents/banking77-train', 1, 3],
  ['intents/bitext-train', 1, 3],
  ['intents/clinc150-train', 0.7, 3],
  ['intents/nlupp-folds-0-9', 0.5, 1],
  ['knowledge/bank-help-center', 0.7, 1],
];

/** In sets without labels a row that looks as if it had a name in it is no lesson either way. */
const mayHoldName = ({ text }: LabelledText): boolean =>
  /\b(?:mrs?|ms|dr|prof)\b/i.test(text) ||
  toTokens(text).some(
    ({ flags, shape, isFirst }) =>
      shape === 'Xx' && !isFirst && (flags & (word.first | word.last)) > 0 && (flags & word.ordinary) === 0,
  );

const oneWords = (): LabelledText[] =>
  oneWordReplies.flatMap((text) => [
    label('one word', { text }, 0.7),
    label('one word', { text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` }, 0.7),
  ]);

export const readLabelled = (folder: string): LabelledText[] => [
  ...oneWords(),
  ...sets.flatMap(([set, weight, every]) =>
    readRows(folder)<Row>(set)
      .filter((_, index) => index % every === 0)
      .map((row) => label(set, { ...row, text: row.content?.slice(0, 1500) ?? row.text }, weight))
      .filter((row) => set.startsWith('pii/') || set.startsWith('knowledge/') || !mayHoldName(row)),
  ),
];

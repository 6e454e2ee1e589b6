import { identifiersIn } from '#core/identifiers.ts';
import type { ModelMessage } from '#core/model.ts';
import type { GuardedText, RecalledMessage } from '#core/turn.ts';

import { type Asking, toMessages } from './to-messages.ts';

export interface FitBounds {
  /** Tokens of a request with its answer that are never exceeded. */
  readonly tokensMax: number;
  readonly system: string;
  /** Kept free for the answer, and for pictures. */
  readonly replyTokens: number;
  readonly count: (text: string) => number;
}

export interface Fitted {
  readonly messages: ModelMessage[];
  readonly numbers: number[];
  /** So many of the passages, the best ones, are in it. */
  readonly passagesKept: number;
  /** Tokens of all that there is to say, with the answer. */
  readonly wantedTokens: number;
  readonly usedTokens: number;
  /** Messages of before that are told in short, for want of room. */
  readonly hiddenMessages: number;
}

type Count = (text: string) => number;

/** The beginning of a text that takes no more tokens than this. */
const cutTo = (text: string, tokensMax: number, count: Count): string => {
  if (count(text) <= tokensMax) return text;
  const mark = '\n[…]';
  let [fits, over] = [0, text.length];
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (count(text.slice(0, middle) + mark) <= tokensMax) fits = middle;
    else over = middle;
  }
  return fits === 0 ? '' : text.slice(0, fits).replace(/[\uD800-\uDBFF]$/, '') + mark;
};

/** Characters of a message that is told in short. */
const shortLength = 160;

/** Messages that have no room and are not folded yet, a line each, as far as there is room: first what has an identifier in it, then the newest. */
const toBrief = (messages: readonly RecalledMessage[], tokensMax: number, count: Count): string => {
  const lines = messages.map(({ role, text }) => {
    const short = text.replaceAll(/\s+/g, ' ').slice(0, shortLength);
    return `- ${role === 'user' ? 'they wrote' : 'they were told'}: ${short}`;
  });
  const isNamed = messages.map(({ role, text }) => role === 'user' && identifiersIn(text).length > 0);
  const newest = lines.map((_, index) => index).toReversed();
  const kept = new Set<number>();
  let left = tokensMax - count('Said before:\n');
  for (const index of [...newest.filter((at) => isNamed[at]), ...newest.filter((at) => !isNamed[at])]) {
    left -= count(lines[index] ?? '');
    if (left < 0) break;
    kept.add(index);
  }
  return kept.size === 0 ? '' : `Said before:\n${lines.filter((_, index) => kept.has(index)).join('\n')}`;
};

/** Share of the room that messages told in short may take. */
const briefShare = 0.25;

/**
 * Everything that is to be said, within its bounds: what was said longest ago is told in short first; then files are cut, the least
 * passages left out, notes and the question cut. What fits is left as it is.
 */
export const fit = (asking: Asking, { tokensMax, system, replyTokens, count }: FitBounds): Fitted => {
  const fixed = count(system) + replyTokens;
  const room = tokensMax - fixed;
  const measure = (one: Asking) => {
    const made = toMessages(one);
    return { ...made, size: made.messages.reduce((sum, { text }) => sum + count(text), 0) };
  };
  const sizeOf = (one: Asking): number => measure(one).size;

  const { size: wanted, ...whole } = measure(asking);
  const wantedTokens = wanted + fixed;
  if (wanted <= room)
    return {
      ...whole,
      passagesKept: asking.quoted.passages.length,
      wantedTokens,
      usedTokens: wantedTokens,
      hiddenMessages: 0,
    };

  let bare: Asking = { ...asking, recent: [] };
  const over = (): number => sizeOf(bare) - room;
  const cut = (text: string): string => cutTo(text, Math.max(0, count(text) - over() - 2), count);
  for (let at = asking.files.length - 1; at >= 0 && over() > 0; at -= 1)
    bare = {
      ...bare,
      files: bare.files.map((file, index) => (index === at ? { ...file, text: cut(file.text) as GuardedText } : file)),
    };
  while (over() > 0 && bare.quoted.passages.length > 0)
    bare = { ...bare, quoted: { ...bare.quoted, passages: bare.quoted.passages.slice(0, -1) } };
  if (over() > 0 && bare.notes !== null) bare = { ...bare, notes: cut(bare.notes) || null };
  if (over() > 0 && bare.files.length > 0) bare = { ...bare, files: [] };
  if (over() > 0) bare = { ...bare, question: cut(bare.question) as GuardedText };

  const { recent } = asking;
  const briefTokens = Math.floor(Math.max(0, -over()) * briefShare);
  const sizeFrom = (from: number): number => sizeOf({ ...bare, recent: recent.slice(from) });
  let [first, last] = [0, recent.length];
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if (sizeFrom(middle) + briefTokens <= room) last = middle;
    else first = middle + 1;
  }
  const brief = toBrief(recent.slice(0, first), briefTokens, count);
  const notes = [bare.notes, brief].filter(Boolean).join('\n') || null;
  const withBrief = measure({ ...bare, notes, recent: recent.slice(first) });
  const { size, ...made } = withBrief.size <= room ? withBrief : measure({ ...bare, recent: recent.slice(first) });
  return {
    ...made,
    passagesKept: bare.quoted.passages.length,
    wantedTokens,
    usedTokens: size + fixed,
    hiddenMessages: first,
  };
};

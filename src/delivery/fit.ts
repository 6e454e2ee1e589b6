import { type Cut, findCuts, rank } from './cuts.ts';
import { toStandalone } from './standalone.ts';

/** Whether the platform takes this text in one message; the last part may have more to carry. */
export type Fits = (text: string, isLast: boolean) => boolean;

/** Where the first try for the length of a part is made. */
const guessLength = 1500;

/** About the last item up to which the test holds, tried first near a guess; -1 where it never does. */
const reach = (count: number, guess: number, holds: (index: number) => boolean): number => {
  let low = -1;
  let high = count;
  const near = Math.max(1, Math.round(guess / 24));
  let step = near * 2;
  for (let probe = Math.min(guess, count - 1); high - low > (low < 0 ? 1 : near);) {
    if (holds(probe)) low = probe;
    else high = probe;
    const next = low === probe ? probe + step : probe - step;
    step *= 3;
    probe = next > low && next < high ? next : Math.floor((low + high) / 2);
  }
  return low;
};

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A cut through what has no better place: between graphemes, else between code points. Throws RangeError. */
const cutHard = (markdown: string, from: Cut, fits: Fits): Cut => {
  const rest = markdown.slice(from.at, from.at + 8000);
  const points: number[] = [];
  for (const point of rest) points.push((points.at(-1) ?? 0) + point.length);
  const last = reach(points.length, 1000, (index) => fits(from.reopen + rest.slice(0, points[index]), false));
  const most = points[last];
  if (most === undefined) throw new RangeError('The channel takes no text at all.');
  const starts = [...graphemes.segment(rest)].map(({ index }) => index);
  const length = starts.findLast((index) => index > 0 && index <= most) ?? most;
  return { end: from.at + length, at: from.at + length, close: '', reopen: '', rank: rank.character };
};

/**
 * Splits CommonMark into parts that the channel takes, each checked as it will be shown: at a block, list item, row, line,
 * sentence or word. What is open at a cut is closed and opened again: a fence, the head of a table, the item of a list.
 * Nothing is left out. Throws RangeError where the channel takes nothing.
 */
export const fit = (text: string, fits: Fits): string[] => {
  const markdown = toStandalone(text);
  if (fits(markdown, true)) return [markdown];
  const cuts = findCuts(markdown);
  const last: Cut = { end: markdown.trimEnd().length, close: '', at: markdown.length, reopen: '', rank: rank.block };
  const parts: string[] = [];
  let from: Cut = { end: 0, close: '', at: 0, reopen: '', rank: rank.block };
  let length = guessLength;
  const piece = (to: Cut): string => from.reopen + markdown.slice(from.at, to.end) + to.close;

  const isLast = (): boolean => last.end - from.at < 4 * length && fits(piece(last), true);

  while (from.at < last.end && !isLast()) {
    const after = cuts.filter(({ at, end }) => end > from.at && at > from.at);
    const near = after.findIndex(({ end }) => end - from.at >= length);
    const most = reach(after.length, near < 0 ? after.length - 1 : near, (index) =>
      fits(piece(after[index] ?? last), false),
    );
    if (most < 0 && from.reopen !== '' && !fits(from.reopen + markdown.slice(from.at, from.at + 2), false)) {
      // The heads of such a table leave no room for its rows.
      from = { ...from, reopen: '' };
      continue;
    }
    const half = (after[most] ? after[most].end - from.at : 0) / 2;
    // A cut in the first half would make many short parts; a rougher one is better then.
    const fitting = after.slice(0, most + 1).filter(({ end }) => end - from.at > half);
    const best = Math.min(...fitting.map((cut) => cut.rank));
    const choice =
      fitting.findLast((cut) => cut.rank <= best && fits(piece(cut), false)) ??
      after.slice(0, most + 1).findLast((cut) => fits(piece(cut), false));
    const to = choice ?? cutHard(markdown, from, fits);
    parts.push(piece(to));
    length = to.end - from.at;
    from = to;
  }
  if (from.at < last.end) parts.push(piece(last));
  return parts.filter((part) => part.trim() !== '');
};

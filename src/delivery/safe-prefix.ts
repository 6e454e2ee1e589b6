import { type Container, readLine } from './read-line.ts';
import { createInlineScan, type InlineScan } from './scan-inline.ts';

/** What the last line belongs to. */
type Leaf =
  | { readonly kind: 'none' | 'table' | 'held' }
  | { readonly kind: 'paragraph'; readonly scan: InlineScan; hasBar: boolean }
  | { readonly kind: 'html'; readonly ends: RegExp }
  | { readonly kind: 'fence'; readonly fence: string };

const none: Leaf = { kind: 'none' };
const signs = '.!?:…。！？؟।۔';
const closers = '"\'”’»)\\]*_~`」』）';
const sentence = new RegExp(
  `[${signs}][${closers}]*(?:(?=\\s)|(?<=[。！？][${closers}]*)(?=[^${closers}${signs}\\p{M}\\u200d\\ufe0f]))`,
  'gu',
);
const sentenceAtEnd = new RegExp(`[${signs}][${closers}]*$`);
const undecidedTail = new RegExp(`[${signs}${closers}]*$`);
/** A table's second row, which makes it one. */
const divider = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

const cellCount = (line: string): number =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/).length;

/**
 * Reads a growing CommonMark text and tells, each time, the part of it that can be shown now without looking broken: it
 * ends at a sentence, a list item, a row, a line of code or a paragraph, outside of anything unfinished, and never shrinks.
 * A fence that is still open is closed. Each text given must begin with the one before.
 */
export const createSafePrefix = (): ((text: string) => string) => {
  let containers: Container[] = [];
  let leaf: Leaf = none;
  let lineStart = 0;
  /** How far the paragraph's open line has been read; null at the start of a line. */
  let position: number | null = null;
  let lastLine = '';
  let safe = 0;
  let close = '';
  let shown = '';
  let shownSafe = -1;

  const release = (end: number, closing = ''): void => {
    safe = end;
    close = closing;
  };
  const endLeaf = (): void => {
    // Whatever is open in a paragraph that has ended stays as it is written.
    if (leaf.kind !== 'none' && leaf.kind !== 'fence') release(lineStart - 1);
    leaf = none;
  };

  /** Reads on in a line of a paragraph, releasing it sentence by sentence. */
  const readWords = (text: string, from: number, end: number, isComplete: boolean, scan: InlineScan): number => {
    let at = from;
    const known = isComplete
      ? end
      : end - (undecidedTail.exec(text.slice(Math.max(at, end - 64), end))?.[0].length ?? 0);
    const line = text.slice(at, end + 1);
    for (const { 0: found, index } of line.matchAll(sentence)) {
      const stop = from + index + found.length;
      if (stop <= at || stop > end) continue;
      at = scan.read(text, at, stop);
      if (at < stop) return at;
      if (scan.isWhole && leaf.kind === 'paragraph' && !leaf.hasBar) release(stop);
    }
    return scan.read(text, at, Math.max(at, known));
  };

  const finishLine = (text: string, end: number): void => {
    if (leaf.kind !== 'paragraph' || position === null) return;
    const isListed = containers.some(({ kind }) => kind === 'item');
    const isEnd = isListed || sentenceAtEnd.test(text.slice(Math.max(0, end - 16), end).trimEnd());
    // A stroke at the end of a line breaks it once there is another line.
    if (text[end - 1] !== '\\' && position >= end && isEnd && leaf.scan.isWhole && !leaf.hasBar) release(end);
  };

  const prefix = (): string =>
    containers.map((container) => (container.kind === 'quote' ? '> ' : ' '.repeat(container.indent))).join('');

  const readVerbatim = (line: string, end: number): void => {
    if (leaf.kind === 'html') {
      if (!leaf.ends.test(line)) return;
      leaf = none;
      release(end);
    } else if (leaf.kind === 'fence') {
      const { fence } = leaf;
      const [closing = ''] = /^ {0,3}(?:`{3,}|~{3,})(?=[ \t]*$)/.exec(line) ?? [];
      const isClosed = closing.trim().startsWith(fence);
      if (isClosed) leaf = none;
      if (line.trim() !== '') release(end, isClosed ? '' : `\n${prefix()}${fence}`);
    }
  };

  /** Takes the next line, or the known part of it; false where more text is needed. */
  const takeLine = (text: string): boolean => {
    const newline = text.indexOf('\n', position ?? lineStart);
    const isComplete = newline >= 0;
    const end = isComplete ? newline : text.length;
    if (position === null && !startLine(text, end)) return false;
    if (leaf.kind === 'paragraph' && position !== null) {
      if (text.indexOf('|', position) < end && text.includes('|', position)) leaf.hasBar = true;
      position = readWords(text, position, end, isComplete, leaf.scan);
      if (isComplete) finishLine(text, end);
    }
    if (!isComplete) return false;
    lastLine = text.slice(lineStart, end);
    lineStart = end + 1;
    position = null;
    return lineStart < text.length;
  };

  const startLine = (text: string, end: number): boolean => {
    const isParagraph = leaf.kind === 'paragraph';
    const isVerbatim = leaf.kind === 'fence' || leaf.kind === 'html';
    const line = readLine(text, lineStart, {
      containers,
      isParagraph: isParagraph || leaf.kind === 'held',
      isVerbatim,
    });
    if (!line) return false;
    const rest = text.slice(line.at, end);
    if (line.kind === 'verbatim') {
      readVerbatim(rest, end);
      return true;
    }
    const isSame = line.opened.length === 0 && line.matched === containers.length;
    const isWords = line.kind === 'text' || line.kind === 'row' || line.kind === 'held';
    const isBarred = leaf.kind === 'paragraph' && leaf.hasBar;
    if (
      isBarred &&
      isSame &&
      (isWords || line.kind === 'underline') &&
      text.indexOf('\n', lineStart) < 0 &&
      /^[ \t|:-]*$/.test(rest)
    )
      return false;
    if (isBarred && isSame && divider.test(rest)) {
      leaf = { kind: cellCount(lastLine.replace(/^[ \t>]*/, '')) === cellCount(rest) ? 'table' : 'held' };
      return true;
    }
    // Words may go on where a paragraph was, even outside of its quote or item.
    const goesOn =
      isWords &&
      line.opened.length === 0 &&
      (leaf.kind === 'paragraph' || leaf.kind === 'held' || (leaf.kind === 'table' && isSame));
    if (!goesOn) {
      endLeaf();
      containers = [...containers.slice(0, line.matched), ...line.opened];
    }
    if (goesOn && leaf.kind === 'table') {
      if (text.indexOf('\n', lineStart) < 0) return false;
      release(end);
    } else if (goesOn && leaf.kind === 'paragraph') {
      leaf.hasBar = line.kind === 'row';
      if (line.kind === 'held') leaf = { kind: 'held' };
    } else if (!goesOn) openLeaf(line, end);
    position = leaf.kind === 'paragraph' ? line.at : null;
    return true;
  };

  const openLeaf = (line: NonNullable<ReturnType<typeof readLine>>, end: number): void => {
    if (line.kind === 'text' || line.kind === 'row')
      leaf = { kind: 'paragraph', scan: createInlineScan(), hasBar: line.kind === 'row' };
    else if (line.kind === 'held') leaf = { kind: 'held' };
    else if (line.kind === 'fence') leaf = { kind: 'fence', fence: line.fence };
    else if (line.kind === 'html' && line.ends) leaf = { kind: 'html', ends: line.ends };
    else if (line.kind !== 'blank') release(end);
  };

  return (text) => {
    while (takeLine(text));
    if (safe !== shownSafe) {
      shownSafe = safe;
      shown = close === '' ? text.slice(0, safe).trimEnd() : text.slice(0, safe) + close;
    }
    return shown;
  };
};

/** What can be shown of a text that is there as far as it goes. */
export const safePrefix = (text: string): string => createSafePrefix()(text);

/**
 * A piece of Markdown, HTML or Slack markup that can hide an address. Offsets are UTF-16 and relative to the text read.
 * `open` means the text ends inside: what follows decides what it is.
 */
export type Construct =
  | { readonly kind: 'inline'; readonly end: number; readonly image: boolean; readonly label: string; readonly target: string }
  | { readonly kind: 'reference'; readonly end: number; readonly image: boolean; readonly label: string; readonly name: string }
  | { readonly kind: 'definition'; readonly end: number; readonly label: string; readonly target: string }
  | { readonly kind: 'angle'; readonly end: number; readonly body: string }
  | { readonly kind: 'code'; readonly end: number }
  | { readonly kind: 'none'; readonly end: number }
  | { readonly kind: 'open' };

/** Longer than this no construct is waited for, in UTF-16 units. */
export const constructLengthMax = 2_000;

/** Reads the construct that begins at `start`. `ended` says that no more text will come. */
export function readConstruct(text: string, start: number, ended: boolean): Construct {
  const unit = text[start];
  const none = { kind: 'none', end: start + 1 } as const;
  const open = ended || text.length - start > constructLengthMax ? none : ({ kind: 'open' } as const);
  if (unit === '`') return readCode(text, start, open);
  if (unit === '<') return readAngle(text, start, open, ended);
  if (unit === '!') {
    if (start + 1 === text.length) return open;
    return text[start + 1] === '[' ? readBracket(text, start + 1, true, ended, open) : none;
  }
  return unit === '[' ? readBracket(text, start, false, ended, open) : none;
}

type Undecided = { readonly kind: 'none'; readonly end: number } | { readonly kind: 'open' };

// Inline code is bounded more tightly: an unpaired backtick is common and must not hold the stream.
const codeLengthMax = 120;

function readCode(text: string, start: number, open: Undecided): Construct {
  let fence = start;
  while (text[fence] === '`') fence += 1;
  if (fence === text.length) return open;
  const ticks = text.slice(start, fence);
  if (ticks.length > 2) return { kind: 'none', end: fence };
  for (let index = fence; index < Math.min(text.length, start + codeLengthMax); index += 1) {
    if (text[index] === '\n') return { kind: 'none', end: fence };
    if (text.startsWith(ticks, index)) {
      if (text[index + ticks.length] === undefined && open.kind === 'open') return open;
      return { kind: 'code', end: index + ticks.length };
    }
  }
  return text.length - start >= codeLengthMax ? { kind: 'none', end: fence } : open.kind === 'open' ? open : { kind: 'none', end: fence };
}

function readAngle(text: string, start: number, open: Undecided, ended: boolean): Construct {
  const next = text[start + 1];
  if (next === undefined) return open;
  // "a < b" and "<3" are prose.
  if (/[\s\d=<-]/.test(next)) return { kind: 'none', end: start + 1 };
  const close = text.indexOf('>', start);
  if (close !== -1 && close - start <= constructLengthMax) return { kind: 'angle', end: close + 1, body: text.slice(start + 1, close) };
  if (!ended && open.kind === 'open') return open;
  return { kind: 'none', end: start + 1 };
}

function readBracket(text: string, start: number, image: boolean, ended: boolean, open: Undecided): Construct {
  const close = closing(text, start, '[', ']');
  if (close === 'never') return { kind: 'none', end: start + 1 };
  if (close === 'unknown') return open.kind === 'open' ? open : { kind: 'none', end: start + 1 };
  const label = text.slice(start + 1, close);
  const after = text[close + 1];
  if (after === undefined && !ended) return open;
  if (after === '(') return readTarget(text, close + 1, image, label, open);
  if (after === '[') {
    const end = closing(text, close + 1, '[', ']');
    if (end === 'unknown') return open.kind === 'open' ? open : { kind: 'none', end: start + 1 };
    if (end !== 'never') return { kind: 'reference', end: end + 1, image, label, name: text.slice(close + 2, end) };
  }
  if (after === ':' && !image) return readDefinition(text, close + 2, label, ended, open);
  return { kind: 'reference', end: close + 1, image, label, name: '' };
}

function readTarget(text: string, start: number, image: boolean, label: string, open: Undecided): Construct {
  const close = closing(text, start, '(', ')');
  if (close === 'unknown' && open.kind === 'open') return open;
  if (close === 'unknown' || close === 'never') return { kind: 'none', end: start };
  return { kind: 'inline', end: close + 1, image, label, target: text.slice(start + 1, close) };
}

/** `[name]: address "title"`; the address may stand on the next line. */
function readDefinition(text: string, start: number, label: string, ended: boolean, open: Undecided): Construct {
  const match = /^[ \t]{0,16}\n?[ \t]{0,16}(\S{1,2000})([ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\)))?[ \t]*(\n|$)/.exec(text.slice(start, start + constructLengthMax));
  if (!ended && open.kind === 'open' && !/\S\s*\n/.test(text.slice(start, start + constructLengthMax)) && !/^[ \t]*\n[ \t]*\n/.test(text.slice(start))) {
    // Prose behind "[1]:" is decided at its second word; only an address and its title are waited for.
    if (!/^\s*[^\s:/.\\&]+\s/.test(text.slice(start))) return open;
  }
  const target = match?.[1];
  if (target === undefined || !match) return { kind: 'reference', end: start - 1, image: false, label, name: '' };
  return { kind: 'definition', end: start + match[0].length - (match[3] ?? '').length, label, target };
}

// Deeper nesting is no link; the bound also keeps hostile input linear.
const nestingMax = 8;

/** The partner of the bracket at `start`; a blank line ends the search, quotes and escapes are skipped. */
function closing(text: string, start: number, opening: string, closer: string): number | 'never' | 'unknown' {
  let depth = 0;
  const limit = Math.min(text.length, start + constructLengthMax);
  for (let index = start; index < limit; index += 1) {
    const unit = text[index];
    if (unit === '\\' && closer === ']') index += 1;
    else if (unit === '\n' && /^\n[ \t]*\n/.test(text.slice(index, index + 40))) return 'never';
    else if (unit === opening) {
      depth += 1;
      if (depth > nestingMax) return 'never';
    }
    else if (unit === closer) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return 'unknown';
}

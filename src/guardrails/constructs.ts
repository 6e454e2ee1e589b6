/**
 * A piece of Markdown, HTML or Slack markup that can hide an address. `end` is a UTF-16 offset in the text read.
 * `open` means the text ends inside: what follows decides what it is. Any other answer holds whatever follows.
 */
export type Construct =
  | {
      readonly kind: 'inline';
      readonly end: number;
      readonly image: boolean;
      readonly label: string;
      readonly target: string;
    }
  | {
      readonly kind: 'reference';
      readonly end: number;
      readonly image: boolean;
      readonly label: string;
      readonly name: string;
    }
  | { readonly kind: 'definition'; readonly end: number; readonly label: string; readonly target: string }
  | { readonly kind: 'angle'; readonly end: number; readonly body: string }
  | { readonly kind: 'code'; readonly end: number }
  | { readonly kind: 'none'; readonly end: number }
  | { readonly kind: 'open' };

/** Longer than this no construct is waited for, in UTF-16 units. */
export const constructLengthMax = 2_000;
// Inline code is bounded more tightly: an unpaired backtick is common and must not hold the stream.
const codeLengthMax = 120;
// Deeper nesting is no link; the bound also keeps hostile input linear.
const nestingMax = 8;

/** Reads the construct that begins at `start`. `ended` says that no more text will come. */
export function readConstruct(text: string, start: number, ended: boolean): Construct {
  const lengthMax = text[start] === '`' ? codeLengthMax : constructLengthMax;
  const window = text.slice(start, start + lengthMax);
  const decided = ended || window.length === lengthMax;
  // The end of the text ends a word like a blank does.
  const construct = readWindow(decided ? `${window}\n` : window);
  if (construct.kind === 'open') return decided ? { kind: 'none', end: start + leadLength(window) } : construct;
  // The character behind decides between "[a]" and "[a](…", between one backtick and two.
  if (!decided && construct.end === window.length && construct.kind !== 'angle' && construct.kind !== 'inline')
    return { kind: 'open' };
  return { ...construct, end: start + construct.end };
}

function leadLength(window: string): number {
  return /^(?:`+|!)?/.exec(window)?.[0].length || 1;
}

function readWindow(window: string): Construct {
  if (window[0] === '`') return readCode(window);
  if (window[0] === '<') return readAngle(window);
  if (window[0] === '[') return readBracket(window, 0, false);
  return window[1] === '[' ? readBracket(window, 1, true) : { kind: 'none', end: 1 };
}

function readCode(window: string): Construct {
  const ticks = /^`+/.exec(window)?.[0] ?? '';
  const none = { kind: 'none', end: ticks.length } as const;
  if (ticks.length > 2) return none;
  const close = window.indexOf(ticks, ticks.length);
  const line = window.indexOf('\n');
  if (line !== -1 && (close === -1 || line < close)) return none;
  return close === -1 ? { kind: 'open' } : { kind: 'code', end: close + ticks.length };
}

function readAngle(window: string): Construct {
  if (window.length === 1) return { kind: 'open' };
  // "a < b" and "<3" are prose.
  if (/[\s\d=<-]/.test(window[1] ?? '')) return { kind: 'none', end: 1 };
  const close = window.indexOf('>');
  return close === -1 ? { kind: 'open' } : { kind: 'angle', end: close + 1, body: window.slice(1, close) };
}

function readBracket(window: string, start: number, image: boolean): Construct {
  const close = closing(window, start, '[', ']');
  if (close === 'never') return { kind: 'none', end: start + 1 };
  if (close === 'unknown') return { kind: 'open' };
  const label = window.slice(start + 1, close);
  const after = window[close + 1];
  if (after === '(') {
    const end = closing(window, close + 1, '(', ')');
    if (end === 'unknown') return { kind: 'open' };
    if (end !== 'never') return { kind: 'inline', end: end + 1, image, label, target: window.slice(close + 2, end) };
  }
  if (after === '[') {
    const end = closing(window, close + 1, '[', ']');
    if (end === 'unknown') return { kind: 'open' };
    if (end !== 'never') return { kind: 'reference', end: end + 1, image, label, name: window.slice(close + 2, end) };
  }
  if (after === ':' && !image) return readDefinition(window, close + 2, label);
  return { kind: 'reference', end: close + 1, image, label, name: '' };
}

/** `[name]: address`; the address may stand on the next line. Prose behind "[1]:" has no sign of an address in its first word. */
function readDefinition(window: string, start: number, label: string): Construct {
  const match = /^([ \t]{0,16}\n?[ \t]{0,16})(\S*)(\s?)/.exec(window.slice(start));
  const target = match?.[2] ?? '';
  const complete = match?.[3] !== '';
  if (!complete) return { kind: 'open' };
  if (!/[./\\:&%]/.test(target.slice(0, -1)))
    return { kind: 'reference', end: start - 1, image: false, label, name: '' };
  return { kind: 'definition', end: start + (match?.[1]?.length ?? 0) + target.length, label, target };
}

/** The partner of the bracket at `start`. A blank line or deep nesting ends the search. */
function closing(window: string, start: number, opening: string, closer: string): number | 'never' | 'unknown' {
  let depth = 0;
  for (let index = start; index < window.length; index += 1) {
    const unit = window[index];
    if (unit === '\\' && closer === ']') index += 1;
    else if (unit === '\n' && /^\n[ \t]{0,16}\n/.test(window.slice(index, index + 18))) return 'never';
    else if (unit === opening) {
      depth += 1;
      if (depth > nestingMax) return 'never';
    } else if (unit === closer) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return 'unknown';
}

interface Delimiter {
  readonly char: string;
  count: number;
}

/** What a paragraph has left open as it grows. */
export interface InlineScan {
  /** Reads on and returns how far it came: what depends on text that is not there yet waits. */
  read(text: string, from: number, to: number): number;
  /** Nothing that follows can change how the text read so far is understood. */
  readonly isWhole: boolean;
}

const space = 1;
const punctuation = 2;
/** By UTF-16 unit, as the parser does. */
const kindOf = (unit: string | undefined): number =>
  unit === undefined || /\s/.test(unit) ? space : /[\p{P}\p{S}]/u.test(unit) ? punctuation : 0;

const runEnd = (text: string, from: number): number => {
  let end = from + 1;
  while (text[end] === text[from]) end += 1;
  return end;
};

const address = /(?:https?:\/\/|www\.)/iy;
const addressStart = /^(?:h(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?|w{1,3})$/i;

/**
 * Reads the marks of CommonMark in one paragraph, once from start to end. Where reading them takes knowing what follows, it
 * takes them for open until the paragraph ends.
 */
export const createInlineScan = (): InlineScan => {
  const delimiters: Delimiter[] = [];
  /** How many delimiters were open at each open bracket. */
  const brackets: number[] = [];
  let codeLength = 0;
  let inTag = false;
  let inDestination = 0;
  let isSpaced = false;
  let isTangled = false;
  let last: string | undefined;

  const match = (char: string, length: number, opens: boolean): number => {
    const floor = brackets.at(-1) ?? 0;
    let left = length;
    while (left > 0) {
      const found = delimiters.findLastIndex((one) => one.char === char && (char !== '~' || one.count === left));
      const opener = delimiters[found];
      if (!opener) break;
      const crosses = found < floor || delimiters.slice(found + 1).some((one) => one.char !== char);
      // The parser has a rule about sums of three here, and we need not know it.
      if (crosses || (char !== '~' && opens) || (opener.count !== left && (opener.count + left) % 3 === 0))
        isTangled = true;
      const used = char === '~' ? left : Math.min(2, opener.count, left);
      opener.count -= used;
      left -= used;
      delimiters.splice(opener.count === 0 ? found : found + 1);
    }
    return left;
  };

  const mark = (char: string, length: number, before: string | undefined, after: string | undefined): void => {
    if (char === '~' && length > 2) return;
    const [previous, next] = [kindOf(before), kindOf(after)];
    const isMark = (unit: string | undefined): boolean => unit !== undefined && '*_~'.includes(unit);
    const opening = next === 0 || (next === punctuation && previous !== 0) || isMark(after);
    const closing = previous === 0 || (previous === punctuation && next !== 0) || isMark(before);
    const opens = char === '_' ? opening && (previous !== 0 || !closing) : opening;
    const closes = char === '_' ? closing && (next !== 0 || !opening) : closing;
    const left = closes ? match(char, length, opens) : length;
    if (left > 0 && opens) delimiters.push({ char, count: left });
  };

  /** Steps over one sign of a tag or of a link's destination. */
  const inside = (unit: string): void => {
    if (/\s/.test(unit)) isSpaced = true;
    else if ('*~`[]'.includes(unit) || (isSpaced && '_"\'<'.includes(unit))) isTangled = true;
  };

  const step = (text: string, at: number): number => {
    const unit = text[at] ?? '';
    if (codeLength > 0) {
      if (unit !== '`') return at + 1;
      const end = runEnd(text, at);
      if (end >= text.length) return at;
      if (end - at === codeLength) codeLength = 0;
      return end;
    }
    if (inTag) {
      if (unit === '>') inTag = false;
      else inside(unit);
      return at + 1;
    }
    if (inDestination > 0) {
      if (unit === '(') inDestination += 1;
      else if (unit === ')') inDestination -= 1;
      else inside(unit);
      return at + 1;
    }
    switch (unit) {
      case '\\':
        return at + 1 < text.length ? at + 2 : at;
      case '`': {
        const end = runEnd(text, at);
        if (end >= text.length) return at;
        codeLength = end - at;
        return end;
      }
      case '<':
        if (at + 1 >= text.length) return at;
        inTag = /[a-z/!?]/i.test(text[at + 1] ?? '');
        isSpaced = false;
        return at + 1;
      case '[':
        brackets.push(delimiters.length);
        return at + 1;
      case ']': {
        if (at + 1 >= text.length) return at;
        const open = brackets.pop();
        if (open === undefined) return at + 1;
        if (open !== delimiters.length) isTangled = true;
        if (text[at + 1] !== '(') return at + 1;
        inDestination = 1;
        isSpaced = false;
        return at + 2;
      }
      case '*':
      case '_':
      case '~': {
        const end = runEnd(text, at);
        if (end >= text.length) return at;
        mark(unit, end - at, last, text[end]);
        return end;
      }
      case 'h':
      case 'H':
      case 'w':
      case 'W':
        return /[a-z]/i.test(last ?? '') ? at + 1 : readAddress(text, at);
      default:
        return at + 1;
    }
  };

  /** An address goes on to the next blank, whatever marks are in it. */
  const readAddress = (text: string, at: number): number => {
    if (addressStart.test(text.slice(at, at + 8))) return at + 8 > text.length ? at : at + 1;
    address.lastIndex = at;
    if (!address.test(text)) return at + 1;
    let end = at;
    const stop = brackets.length > 0 ? /[\s<\]]/ : /[\s<]/;
    while (end < text.length && !stop.test(text[end] ?? '')) end += 1;
    if (end >= text.length) return at;
    const body = text.slice(at, end).replace(/[?!.,:*_~'"()\];]+$/, '');
    if (/[*~`[\]]/.test(body)) isTangled = true;
    return at + body.length;
  };

  return {
    read: (text, from, to) => {
      let at = from;
      while (at < to) {
        const next = step(text, at);
        if (next === at) break;
        last = text[next - 1];
        at = next;
      }
      // What follows a line's end stands as if behind a blank.
      if (text[at] === '\n') last = '\n';
      return at;
    },
    get isWhole() {
      return (
        !isTangled && !inTag && codeLength + inDestination === 0 && brackets.length === 0 && delimiters.length === 0
      );
    },
  };
};

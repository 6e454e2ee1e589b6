import { readConstruct } from './constructs.ts';

/** At most so many UTF-16 units wait for what follows, outside of a link. */
export const holdLengthMax = 160;
/** A link may be waited for longer, up to this. */
export const linkLengthMax = 2_000;

/**
 * Where the text held back can be cut. `safe`: nothing that follows can reach over the cut. `full`: the hold is full
 * at `end` and its owner must decide. Both depend only on the text before `end` and one character after, never on how it arrived.
 */
export type Cut = { readonly kind: 'safe' | 'full'; readonly end: number };

/** The first cut of `pending`, or undefined while more text is needed. */
export function nextCut(pending: string): Cut | undefined {
  let tokenStart = 0;
  let previous = '';
  let index = 0;
  while (index < pending.length) {
    if (index >= holdLengthMax && !isLink(pending, tokenStart, index)) return { kind: 'full', end: index };
    const unit = pending[index] ?? '';
    if (/\s/.test(unit)) {
      const plain = index > tokenStart && isPlain(pending.slice(tokenStart, index), previous);
      if (plain) return { kind: 'safe', end: index + 1 };
      if (index > tokenStart) previous = pending.slice(tokenStart, index);
      index += 1;
      tokenStart = index;
    } else if (unit === '[' || unit === '<' || unit === '`' || unit === '!') {
      const construct = readConstruct(pending, index, false);
      if (construct.kind === 'open') return undefined;
      index = construct.end;
    } else {
      index += 1;
      if (index - tokenStart >= ideographsMin && isIdeograph(unit) && isIdeographic(pending.slice(tokenStart, index)))
        return { kind: 'safe', end: index };
    }
  }
  return index >= holdLengthMax && !isLink(pending, tokenStart, index) ? { kind: 'full', end: index } : undefined;
}

function isLink(pending: string, tokenStart: number, index: number): boolean {
  return index - tokenStart < linkLengthMax && pending.slice(tokenStart, index).includes('://');
}

const word = /^["'“‘(*_~#>-]{0,4}\p{L}[\p{L}\p{M}'’]*(?:-\p{L}[\p{L}\p{M}'’]*)*["'”’)*_~.,;:!?…]{0,5}$/u;
// Between two numbers or before one these can be part of a value: "October 21, 1974", "jane at example dot com", "5 ext 12".
const joining =
  /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mai|dez|okt)\p{L}*[.,]?$|^(?:enero|abril|agosto|märz|février|avril|juin|juillet|août)$/iu;
const joiningAfterNumber = /^(?:at|dot|punkt|punto|point|ext|extension|x|of|de|com|is|and)\.?$/i;

// The mark of a source ends a sentence more often than not, and no value is written with brackets.
const citation = /^(?:\[\d{1,3}\])+[.,;:!?]?$/;

// The bank's four letters in an account number: "GB33 BUKB 2020".
const accountStart = /^[a-z]{2}-?\d{2}$/i;

/** A word that can neither be nor begin a value, so that a value cannot reach over the blank behind it. `previous` is the token held before it. */
function isPlain(token: string, previous: string): boolean {
  if (citation.test(token)) return true;
  if (!word.test(token) || joining.test(token)) return false;
  // "GB 29 …" may begin an account number, "f o x" may be a spaced-out word, "BEGIN" opens a key.
  if (token.length <= 3 && token === token.toUpperCase() && !/^(?:I|A)$/.test(token)) return false;
  if (token.length === 1 && !/^[aiAIyo]$/.test(token)) return false;
  if (accountStart.test(previous)) return token.length > 4;
  return previous === '' || (!joiningAfterNumber.test(token) && token.length > 1);
}

// Text without blanks is cut between ideographs, not at each of them.
const ideographsMin = 16;

function isIdeograph(unit: string): boolean {
  return /[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]/.test(unit);
}

function isIdeographic(token: string): boolean {
  return /^[\u3001\u3002\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF\uFF01\uFF0C\uFF1A\uFF1B\uFF1F]+$/.test(token);
}

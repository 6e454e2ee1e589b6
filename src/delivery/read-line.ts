/** What a line is inside of: a quote, or an item whose text begins so many columns in. */
export type Container = { readonly kind: 'quote' } | { readonly kind: 'item'; readonly indent: number };

export type LineKind =
  | { readonly kind: 'blank' | 'text' | 'row' | 'heading' | 'underline' | 'rule' | 'indented' | 'held' | 'verbatim' }
  | { readonly kind: 'fence'; readonly fence: string }
  | { readonly kind: 'html'; readonly ends: RegExp | null };

export type ReadLine = LineKind & {
  /** How many of the open containers go on. */
  readonly matched: number;
  readonly opened: readonly Container[];
  /** Where the line's own text begins. */
  readonly at: number;
};

export interface Context {
  readonly containers: readonly Container[];
  readonly isParagraph: boolean;
  /** The whole line belongs to what is open: a fence or a tag with an end of its own. */
  readonly isVerbatim: boolean;
}

const rawTags: readonly (readonly [RegExp, RegExp])[] = [
  [/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [/^<![a-z]/i, />/],
];

/** More text may still make something else of a line that begins so. */
const undecided =
  /^(?:#{1,6}|[-+*]|\d{1,9}[.)]?|=+[ \t]*|[-*_][-*_ \t]*|`{1,2}|~{1,2}|<[a-z]{0,12}|<!-?|[-:|][-:| \t]*|\[[^\]]*\]?)$/i;

const blanksAt = (text: string, at: number): number => {
  let columns = 0;
  for (let index = at; text[index] === ' ' || text[index] === '\t'; index += 1)
    columns += text[index] === '\t' ? 4 - (columns % 4) : 1;
  return columns;
};
const skipBlanks = (text: string, at: number, columns = Infinity): number => {
  let index = at;
  for (let passed = 0; passed < columns && (text[index] === ' ' || text[index] === '\t'); index += 1)
    passed += text[index] === '\t' ? 4 : 1;
  return index;
};

const toKind = (rest: string, indent: number, isParagraph: boolean, isFresh: boolean): LineKind => {
  if (indent >= 4) return { kind: isParagraph ? 'text' : 'indented' };
  if (/^#{1,6}(?:[ \t]|$)/.test(rest)) return { kind: 'heading' };
  const [fence] = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(rest) ?? [];
  if (fence) return { kind: 'fence', fence };
  if (isParagraph && !isFresh && /^(?:=+|-+)[ \t]*$/.test(rest)) return { kind: 'underline' };
  if (/^(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(rest)) return { kind: 'rule' };
  if (rest.startsWith('|')) return { kind: 'row' };
  if (/^\[[^\]]*\]:/.test(rest) && !isParagraph) return { kind: 'held' };
  if (!/^<[a-z/!?]/i.test(rest) || /^<(?:[a-z][a-z0-9+.-]{1,31}:|[^\s<>]+@)/i.test(rest)) return { kind: 'text' };
  const raw = rawTags.find(([begins]) => begins.test(rest));
  if (raw) return { kind: 'html', ends: raw[1].test(rest) ? null : raw[1] };
  return { kind: 'held' };
};

/** What a line is, or null while its end is missing and would matter. */
export const readLine = (
  text: string,
  from: number,
  { containers, isParagraph, isVerbatim }: Context,
): ReadLine | null => {
  const newline = text.indexOf('\n', from);
  const isComplete = newline >= 0;
  const end = isComplete ? newline : text.length;
  const isBlank = (at: number): boolean => skipBlanks(text, at) >= end;
  let at = from;
  let matched = 0;
  for (const container of containers) {
    if (isBlank(at)) {
      if (!isComplete) return null;
      if (container.kind === 'quote') break;
    } else if (container.kind === 'quote') {
      const sign = skipBlanks(text, at);
      if (text[sign] !== '>' || blanksAt(text, at) > 3) break;
      if (sign + 1 >= end && !isComplete) return null;
      at = sign + (text[sign + 1] === ' ' || text[sign + 1] === '\t' ? 2 : 1);
    } else {
      if (blanksAt(text, at) < container.indent) break;
      at = skipBlanks(text, at, container.indent);
    }
    matched += 1;
  }
  const isWhole = matched === containers.length;
  const opened: Container[] = [];
  const found = (kind: LineKind): ReadLine => ({ ...kind, matched, opened, at });
  if (isVerbatim && isWhole) return isComplete ? found({ kind: 'verbatim' }) : null;

  for (;;) {
    if (isBlank(at)) return isComplete ? found({ kind: 'blank' }) : null;
    const indent = blanksAt(text, at);
    const start = skipBlanks(text, at);
    const rest = text.slice(start, end);
    if (!isComplete && undecided.test(rest)) return null;
    const isOwn = isParagraph && opened.length === 0;
    if (indent < 4 && rest.startsWith('>')) {
      if (rest.length === 1 && !isComplete) return null;
      opened.push({ kind: 'quote' });
      at = start + (/^>[ \t]/.test(rest) ? 2 : 1);
      continue;
    }
    const [marker, mark = ''] = /^([-+*]|\d{1,9}[.)])(?:[ \t]|$)/.exec(rest) ?? [];
    const kind = toKind(rest, indent, isOwn, !isWhole);
    const isItem = marker !== undefined && indent < 4 && kind.kind !== 'rule' && kind.kind !== 'underline';
    const isEmptyItem = isItem && isBlank(start + mark.length);
    if (isItem && isEmptyItem && !isComplete) return null;
    // Only a list from 1 on, with words, can begin in the middle of a paragraph.
    if (isItem && !(isOwn && isWhole && (isEmptyItem || !/^(?:[-+*]|1[.)])$/.test(mark)))) {
      const blanks = blanksAt(text, start + mark.length);
      const inner = isEmptyItem || blanks > 4 ? 1 : blanks;
      opened.push({ kind: 'item', indent: indent + mark.length + inner });
      at = isEmptyItem ? end : skipBlanks(text, start + mark.length, inner);
      continue;
    }
    if (isItem) return found({ kind: 'text' });
    if (kind.kind !== 'text' && !isComplete) return null;
    at = kind.kind === 'text' ? start : at;
    return found(kind);
  }
};

import type { Finding } from './personal-data.ts';
import { type Tag, type TextToken, toTokens } from './tag-features.ts';
import { type TagModel, tagTokens } from './tagger.ts';

/** Names and addresses lie within one part of a text: what is longer is read in parts, cut between lines or words. */
const partLengthMax = 4000;
/** Without a letter of a capital, a digit or a word of introduction there is neither. */
const isLetterOrDigit = /[\p{L}\p{N}]/u;

const typeOf: Readonly<Record<Exclude<Tag, 'none'>, 'NAME' | 'ADDRESS'>> = { name: 'NAME', address: 'ADDRESS' };

/** Between two words of one address a comma, a line or a word that was missed may stand; between two of a name only blanks and dots. */
const joins = (tag: Tag, between: string): boolean =>
  tag === 'address' ? /^[\s,.;:#/()-]*\p{L}{0,12}[\s,.;:#/()-]*$/u.test(between) : /^[\s.'’-]{0,3}$/u.test(between);

function* spansOf(text: string, offset: number, model?: TagModel): Generator<Finding> {
  const tokens = toTokens(text);
  const tags = tagTokens(tokens, model);
  let open: { readonly tag: Exclude<Tag, 'none'>; readonly start: number; end: number } | null = null;
  const close = function* (): Generator<Finding> {
    if (open) yield { start: offset + open.start, end: offset + open.end, type: typeOf[open.tag], strength: 1 };
    open = null;
  };
  for (const [index, tag] of tags.entries()) {
    const token = tokens[index] as TextToken;
    if (tag === 'none' || !isLetterOrDigit.test(token.text)) continue;
    if (open && open.tag === tag && joins(tag, text.slice(open.end, token.start))) open.end = token.end;
    else {
      yield* close();
      open = { tag, start: token.start, end: token.end };
    }
  }
  yield* close();
}

/** Names and street addresses, by what stands around them and by a lexicon of names. */
export function* findTagged(text: string, model?: TagModel): Generator<Finding> {
  for (let from = 0; from < text.length;) {
    const rest = text.length - from;
    const cut = rest <= partLengthMax ? -1 : Math.max(text.lastIndexOf('\n', from + partLengthMax), from);
    const end = rest <= partLengthMax ? text.length : cut > from ? cut : from + partLengthMax;
    yield* spansOf(text.slice(from, end), from, model);
    from = end;
  }
}

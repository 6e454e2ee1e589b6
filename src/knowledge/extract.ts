import type { Nodes, Parents } from 'mdast';
import { toString as plainText } from 'mdast-util-to-string';
import type { Passage } from '#core/knowledge.ts';
import { parseMarkdown, sourceOf, spanOf } from './markdown.ts';
import { sentencesOf } from './sentences.ts';
import { inverseFrequency, terms } from './terms.ts';

export interface Quote {
  /** Index into the passages given. */
  readonly passage: number;
  /** CommonMark, word for word from the passage: whole sentences, whole list items, whole table rows. */
  readonly text: string;
}

export interface ExtractedAnswer {
  /** Best first. */
  readonly quotes: readonly Quote[];
}

export interface ExtractOptions {
  /** Of one quote; a single sentence, item or code block may be longer. */
  readonly quoteLengthMax: number;
  readonly quotesMax: number;
  /** How much of the question's weight (rare words weigh more) the best passage must cover, from 0 to 1. */
  readonly coverageMin: number;
}

const defaults: ExtractOptions = { quoteLengthMax: 500, quotesMax: 2, coverageMin: 0.5 };

/** What is over the sentence counts, but less than what is in it. */
const headingShare = 0.6;
const titleShare = 0.3;
/** A second quote is worth reading when it says nearly as much as the first. */
const secondQuoteShare = 0.8;

/** The smallest piece that is quoted: a sentence, a list item, a table with some of its rows, a code block. */
interface Unit {
  readonly text: string;
  readonly terms: ReadonlySet<string>;
  readonly headingTerms: ReadonlySet<string>;
  /** Units of one block (a paragraph, a list, a table) share it. */
  readonly block: number;
  readonly section: number;
  /** Stands between it and the unit before. */
  readonly joint: string;
  readonly isLeadIn: boolean;
}

/**
 * Answers a question in the passages' own words: from the passage whose words cover the question best, the sentence that
 * does, with its neighbors. Null when no passage covers enough of the question to be shown as an answer.
 */
export function extractAnswer(
  question: string,
  passages: readonly Passage[],
  options: Partial<ExtractOptions> = {},
): ExtractedAnswer | null {
  const settings = { ...defaults, ...options };
  const asked = new Set(terms(question));
  if (asked.size === 0 || passages.length === 0) return null;
  const found = passages.map((passage) => new Set(terms(`${passage.title}\n${passage.heading}\n${passage.text}`)));
  const units = passages.map(({ text, heading }) => unitsOf(text, heading));
  const weights = weigh(asked, units.flat());
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);

  const best = passages
    .map((passage, index) => {
      const coverage = covered(weights, found[index]!) / total;
      const titleTerms = new Set(terms(passage.title));
      const scores = units[index]!.map((unit) => score(unit, weights, titleTerms) / total);
      const top = scores.reduce((best, value, at) => (value > scores[best]! ? at : best), 0);
      // The order of the passages is evidence too: it knows the whole collection, and meaning besides words.
      return { index, coverage, top, value: (scores[top] ?? 0) + coverage / 2 + 0.5 / (index + 2) };
    })
    .filter(({ index, coverage }) => coverage >= settings.coverageMin && units[index]!.length > 0)
    .toSorted((a, b) => b.value - a.value);
  const [first] = best;
  if (first === undefined) return null;
  const quotes = best
    .filter(({ value }) => value >= first.value * secondQuoteShare)
    .slice(0, settings.quotesMax)
    .map(({ index, top }) => ({ passage: index, text: quote(units[index]!, top, settings.quoteLengthMax) }));
  return { quotes: quotes.filter(({ text }, at) => quotes.findIndex((other) => other.text === text) === at) };
}

/** The rarer a word is among the units, the more it tells which of them answers. A word in none of them weighs most. */
function weigh(asked: ReadonlySet<string>, units: readonly Unit[]): Map<string, number> {
  const frequency = (term: string) => units.filter((unit) => unit.terms.has(term) || unit.headingTerms.has(term)).length;
  return new Map([...asked].map((term) => [term, inverseFrequency(frequency(term), units.length) + 0.5]));
}

function covered(weights: ReadonlyMap<string, number>, found: ReadonlySet<string>): number {
  let sum = 0;
  for (const [term, weight] of weights) if (found.has(term)) sum += weight;
  return sum;
}

function score(unit: Unit, weights: ReadonlyMap<string, number>, titleTerms: ReadonlySet<string>): number {
  let sum = 0;
  for (const [term, weight] of weights) {
    if (unit.terms.has(term)) sum += weight;
    else if (unit.headingTerms.has(term)) sum += weight * headingShare;
    else if (titleTerms.has(term)) sum += weight * titleShare;
  }
  // Questions and lead-ins ("Proceed as follows:") repeat the words of a question and answer nothing by themselves.
  return /\?\s*$/.test(unit.text) ? sum * 0.7 : sum;
}

/** The unit with the neighbors of its section, nearest first and those after it before those before it, while they fit. */
function quote(units: readonly Unit[], at: number, lengthMax: number): string {
  const unit = units[at]!;
  let from = at;
  let to = at;
  let length = unit.text.length;
  const take = (index: number): boolean => {
    const next = units[index];
    if (next === undefined || next.section !== unit.section) return false;
    if (length + next.text.length + next.joint.length > lengthMax) return false;
    length += next.text.length + next.joint.length;
    from = Math.min(from, index);
    to = Math.max(to, index);
    return true;
  };
  let canFollow = true;
  let canPrecede = true;
  while (canFollow || canPrecede) {
    canFollow = canFollow && take(to + 1);
    canPrecede = canPrecede && take(from - 1);
  }
  // A lead-in at the end promises what is not shown.
  while (to > at && units[to]!.isLeadIn) to -= 1;
  return units
    .slice(from, to + 1)
    .map(({ text, joint }, index) => (index === 0 ? '' : joint) + text)
    .join('')
    .trim();
}

function unitsOf(text: string, heading: string): Unit[] {
  const units: Unit[] = [];
  let headingTerms = new Set(terms(heading));
  let section = 0;
  parseMarkdown(text).children.forEach((node, block) => {
    if (node.type === 'heading') {
      headingTerms = new Set(terms(`${heading}\n${plainText(node)}`));
      section += 1;
      return;
    }
    if (node.type === 'thematicBreak' || node.type === 'definition') return;
    piecesOf(node, text).forEach(({ text: piece, joint }, index) => {
      units.push({
        text: piece,
        terms: new Set(terms(piece)),
        headingTerms,
        block,
        section,
        joint: index === 0 ? '\n\n' : joint,
        isLeadIn: /:\**\s*$/.test(piece),
      });
    });
  });
  return units;
}

interface Piece {
  readonly text: string;
  readonly joint: string;
}

function piecesOf(node: Nodes, source: string): Piece[] {
  switch (node.type) {
    case 'list':
      return node.children.map((item) => ({ text: sourceOf(item, source), joint: gap(node, source) }));
    case 'paragraph':
      return sentencesOf(sourceOf(node, source)).map((sentence) => ({ text: sentence.trim(), joint: ' ' }));
    case 'table':
      // Without its header a row says nothing; the table is quoted whole or not at all.
      return [{ text: sourceOf(node, source), joint: '\n\n' }];
    default:
      return [{ text: sourceOf(node, source), joint: '\n\n' }];
  }
}

/** The white space between the items of a list. */
function gap(list: Parents, source: string): string {
  const [first, second] = list.children;
  if (first === undefined || second === undefined) return '\n';
  return source.slice(spanOf(first).end, spanOf(second).start).includes('\n\n') ? '\n\n' : '\n';
}

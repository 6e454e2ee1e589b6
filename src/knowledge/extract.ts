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
/** A passage's part in its score: how well it covers the question, and its place in the retrieval's order. */
const coverageShare = 0.7;
const rankShare = 0.5;
/** What a title that holds the whole question adds: to its passages, and again to the paragraph right below it. */
const titleBonus = 0.5;
const leadBonus = 0.35;
/** A quote shorter than half of this takes in the block after it, or before it, up to this. */
const quoteLengthGood = 260;
/** How much a number adds to a unit when the question asks for one. */
const numberBonus = 0.25;
/** A second quote is worth reading when it says nearly as much as the first. */
const secondQuoteShare = 0.8;

/** Words of the question's form: they ask for a number or an order, and are seldom in the answer. */
const formWords = new Set(
  terms('many much long old often soon far tell explain work take something anything thing set up'),
);
const asksForNumber =
  /\bhow (?:much|many|long|old|often|far|soon|big|large|late|early)\b|\bwhen\b|\b(?:what|which) (?:time|day|date|year|age)\b|\b(?:cost|costs|fee|fees|price|prices|limit|limits|rate|maximum|minimum|deadline|duration|number|phone|hours)\b/i;

/** The smallest piece that is quoted: a sentence, a list item, a table with some of its rows, a code block. */
interface Unit {
  readonly text: string;
  readonly terms: ReadonlySet<string>;
  readonly headingTerms: ReadonlySet<string>;
  readonly section: number;
  /** The paragraph, list, table or code block it is in. */
  readonly block: number;
  /** Stands right below the title. */
  readonly isLead: boolean;
  /** Stands between it and the unit before: white space, and the headings there. */
  readonly joint: string;
  readonly isLeadIn: boolean;
  /** A sentence; not a list, a table or code. */
  readonly isProse: boolean;
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
  const asked = subjectOf(question);
  if (asked.size === 0) return null;
  const read = passages.map((passage, index) => readPassage(passage, index));
  const weights = weigh(
    asked,
    read.flatMap(({ units }) => units),
  );
  const wantsNumber = asksForNumber.test(question);

  const candidates = read
    .filter(({ units, found }) => units.length > 0 && share(asked, found) >= settings.coverageMin)
    .map((passage) => {
      const scores = passage.units.map((unit) => scoreOf(unit, weights, passage.titleTerms, wantsNumber));
      const score = Math.max(...scores);
      const value =
        score +
        coverageShare * share(asked, passage.found) +
        titleBonus * share(asked, passage.titleTerms) +
        rankShare / (passage.index + 1);
      return { passage, at: scores.indexOf(score), value };
    })
    .toSorted((a, b) => b.value - a.value);
  const [first] = candidates;
  if (first === undefined) return null;
  const quotes = candidates
    .filter(({ value }) => value >= first.value * secondQuoteShare)
    .slice(0, settings.quotesMax)
    .map(({ passage, at }) => ({ passage: passage.index, text: quote(passage.units, at, settings.quoteLengthMax) }));
  return { quotes: quotes.filter(({ text }, at) => quotes.findIndex((other) => other.text === text) === at) };
}

/** How much of a question a passage must be about to be offered in its place. */
const touchMin = 0.25;

/** The passages that are about something of what is asked, though they may not answer it. */
export const touching = (question: string, passages: readonly Passage[]): Passage[] => {
  const asked = subjectOf(question);
  return passages.filter((passage, index) => share(asked, readPassage(passage, index).found) >= touchMin);
};

interface ReadPassage {
  readonly index: number;
  readonly units: readonly Unit[];
  readonly titleTerms: ReadonlySet<string>;
  /** Everything it says, title and headings with it. */
  readonly found: ReadonlySet<string>;
}

const readPassage = ({ title, heading, text }: Passage, index: number): ReadPassage => ({
  index,
  units: unitsOf(text, heading),
  titleTerms: new Set(terms(title)),
  found: new Set(terms(`${title}\n${heading}\n${text}`)),
});

/** The terms of what is asked about; all of them when nothing else is left. */
function subjectOf(question: string): Set<string> {
  const asked = terms(question);
  const subject = asked.filter((term) => !formWords.has(term));
  return new Set(subject.length === 0 ? asked : subject);
}

const share = (asked: ReadonlySet<string>, found: ReadonlySet<string>): number =>
  [...asked].filter((term) => found.has(term)).length / asked.size;

/** Of 1, each term's part: the fewer of the units hold it, the more it tells which of them answers. */
function weigh(asked: ReadonlySet<string>, units: readonly Unit[]): Map<string, number> {
  const weights = [...asked].map((term): [string, number] => {
    const frequency = units.filter((unit) => unit.terms.has(term)).length;
    // A term in none of the units cannot tell them apart.
    return [term, frequency === 0 ? 0 : inverseFrequency(frequency, units.length) + 0.3];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0) || 1;
  return new Map(weights.map(([term, weight]) => [term, weight / total]));
}

function scoreOf(
  unit: Unit,
  weights: ReadonlyMap<string, number>,
  titleTerms: ReadonlySet<string>,
  wantsNumber: boolean,
): number {
  let score = wantsNumber && /\d|\bfree\b/i.test(unit.text) ? numberBonus : 0;
  if (unit.isLead) score += leadBonus * share(new Set(weights.keys()), titleTerms);
  for (const [term, weight] of weights) {
    if (unit.terms.has(term)) score += weight;
    else if (unit.headingTerms.has(term) || (unit.isLead && titleTerms.has(term))) score += weight * headingShare;
    else if (titleTerms.has(term)) score += weight * titleShare;
  }
  // A question repeats the words of a question and answers nothing by itself.
  return /\?\s*$/.test(unit.text) ? score * 0.7 : score;
}

/**
 * The unit with the rest of its block, as far as it fits, and the sentence that leads in to it. A block beside it comes
 * along whole or not at all: half a list reads as if it were the whole one.
 */
function quote(units: readonly Unit[], at: number, lengthMax: number): string {
  const { block, section } = units[at]!;
  let from = at;
  let to = at;
  const render = (first: number, last: number): string =>
    units
      .slice(first, last + 1)
      .map(({ text, joint }, index) => (index === 0 ? '' : joint) + text)
      .join('');
  const take = (first: number, last: number, max: number): boolean => {
    if (units[first]?.section !== section || units[last]?.section !== section) return false;
    if (render(first, last).length > max) return false;
    [from, to] = [first, last];
    return true;
  };
  const startOf = (index: number): number => units.findIndex((unit) => unit.block === units[index]?.block);
  const endOf = (index: number): number => units.findLastIndex((unit) => unit.block === units[index]?.block);

  while (
    (units[to + 1]?.block === block && take(from, to + 1, lengthMax)) ||
    (units[from - 1]?.block === block && take(from - 1, to, lengthMax))
  );
  if (units[from - 1]?.isLeadIn) take(from - 1, to, lengthMax);
  if (units[to]!.isLeadIn) take(from, endOf(to + 1), lengthMax);
  if (render(from, to).length < quoteLengthGood / 2) {
    const next = units[to + 1]?.isLeadIn ? to + 2 : to + 1;
    // A list or table below a short sentence holds the details of it.
    const lengthGood = units[next]?.isProse === false ? lengthMax : quoteLengthGood;
    if (!take(from, endOf(next), lengthGood)) take(startOf(from - 1), to, quoteLengthGood);
  }
  // A lead-in at the end promises what is not shown.
  while (to > at && units[to]!.isLeadIn) to -= 1;
  return render(from, to);
}

function unitsOf(text: string, heading: string): Unit[] {
  const units: Unit[] = [];
  let headingTerms = new Set(terms(heading));
  let section = 0;
  let block = 0;
  let headings = '';
  for (const node of parseMarkdown(text).children) {
    if (node.type === 'thematicBreak' || node.type === 'definition') continue;
    if (node.type === 'heading') {
      headingTerms = new Set(terms(`${heading}\n${plainText(node)}`));
      section += 1;
      headings += `${sourceOf(node, text)}\n\n`;
      continue;
    }
    block += 1;
    piecesOf(node, text).forEach(({ text: piece, joint }, index) => {
      units.push({
        text: piece,
        terms: new Set(terms(piece)),
        headingTerms,
        section,
        block,
        isLead: heading === '' && section === 0 && block === 1,
        joint: index === 0 ? `\n\n${headings}` : joint,
        isLeadIn: /:\**\s*$/.test(piece),
        isProse: node.type === 'paragraph',
      });
    });
    headings = '';
  }
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
      return wholeMarks(sentencesOf(sourceOf(node, source))).map((text) => ({ text: text.trim(), joint: ' ' }));
    // A table too: without its header a row says nothing.
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

/** Sentences with those joined that share a bold phrase or a piece of code: half of one would show its marks. */
function wholeMarks(sentences: readonly string[]): string[] {
  const whole: string[] = [];
  let isOpen = false;
  for (const sentence of sentences) {
    if (isOpen) whole[whole.length - 1] += sentence;
    else whole.push(sentence);
    isOpen = [/\*\*/g, /`/g].some((mark) => (whole.at(-1)!.match(mark)?.length ?? 0) % 2 === 1);
  }
  return whole;
}

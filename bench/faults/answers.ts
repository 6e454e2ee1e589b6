import { createRandom, type Random } from '../random.ts';

/** Every message of a customer carries its number: the customer's letter and number, and which of theirs it is. */
const numberPattern = /#[a-z]\d+-\d+/g;
/** The letter of customers who read on a phone: their answers are kept shorter. */
export const phoneLetter = 'm';

export const numbersIn = (text: string): string[] => text.match(numberPattern) ?? [];

const head = /Answer to ((?:#[a-z]\d+-\d+ ?)+)\./;
const headOf = (numbers: readonly string[]): string => `Answer to ${numbers.join(' ')}.`;
export const tailOf = (numbers: readonly string[]): string => `End of the answer to ${numbers.at(-1) ?? ''}.`;

/** Which messages an answer says it answers, and where in the text it says so; null for what begins no answer. */
export const readHead = (text: string): { numbers: string[]; at: number } | null => {
  const found = head.exec(text);
  return found ? { numbers: numbersIn(found[1] ?? ''), at: found.index } : null;
};

const nouns = ['parcel', 'invoice', 'voucher', 'jacket', 'kettle', 'tent', 'lamp', 'boot'] as const;
const verbs = ['keep', 'send', 'open', 'check', 'return', 'weigh', 'label', 'store'] as const;
const places = ['at the desk', 'in the shop', 'from home', 'by the door', 'on the page', 'within the week'] as const;

type Sentence = (random: Random) => string;

/** A count in letters: a figure that nobody gave is taken out of an answer, and these are about delivery. */
const inLetters = (count: number): string =>
  (count > 26 ? inLetters(Math.floor((count - 1) / 26)) : '') + String.fromCodePoint(97 + ((count - 1) % 26));

/** Numbered through the whole answer, so that each is in it once. */
const createSentences = (): Sentence => {
  let count = 0;
  return (random) => {
    count += 1;
    return `Step s${inLetters(count)} is to ${random.pick(verbs)} the ${random.pick(nouns)} ${random.pick(places)} and to ${random.pick(verbs)} the ${random.pick(nouns)} ${random.pick(places)}.`;
  };
};

const times = (count: number, make: () => string): string[] => Array.from({ length: count }, make);

/** A channel may show a table in any form: the words of its cells are looked for one by one, those of its heads not at all. */
const cellPrefix = 'zq';
const headPrefix = 'zh';
const table = (random: Random): string => {
  const row = (place: string) =>
    `| ${cellPrefix}${random.pick(nouns)}${place} | ${cellPrefix}${inLetters(random.between(1, 99))}${place} |`;
  return [`| ${headPrefix}item | ${headPrefix}price |`, '| --- | --- |', row('a'), row('b'), row('c')].join('\n');
};

const block = (random: Random, sentence: Sentence): string => {
  const kind = random.next();
  if (kind < 0.6) return times(random.between(2, 4), () => sentence(random)).join(' ');
  if (kind < 0.8) return times(random.between(2, 4), () => `- ${sentence(random)}`).join('\n');
  if (kind < 0.9) return ['```', ...times(random.between(2, 5), () => sentence(random)), '```'].join('\n');
  return table(random);
};

/** What the model says to these messages: always the same words for the same numbers. */
export const answerTo = (numbers: readonly string[]): string => {
  const random = createRandom(numbers.join(' '));
  const isForPhone = numbers[0]?.startsWith(`#${phoneLetter}`) ?? false;
  const long = isForPhone ? 0.08 : 0.15;
  const size = random.next();
  const lengthMin = size < long ? 2000 : size < 0.5 && !isForPhone ? 700 : 100;
  const sentence = createSentences();
  const blocks = [`${headOf(numbers)} ${sentence(random)}`];
  while (blocks.join('\n\n').length < lengthMin) blocks.push(block(random, sentence));
  return [...blocks, tailOf(numbers)].join('\n\n');
};

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[a-z#][\w#-]*/g) ?? [];
const isCell = (word: string): boolean => word.startsWith(cellPrefix);
const proseOf = (words: readonly string[]): string =>
  words.filter((word) => !isCell(word) && !word.startsWith(headPrefix)).join(' ');

export type Comparison = 'same' | 'part' | 'other';

/** Whether the reader has all the words of a text in their order, a part of them, or something else. Markup is the channel's business. */
export const compare = (expected: string, shown: string): Comparison => {
  const [wanted, given] = [wordsIn(expected), wordsIn(shown)];
  const cells = new Set(given);
  const [left, right] = [proseOf(wanted), proseOf(given)];
  if (left === right) return wanted.every((word) => !isCell(word) || cells.has(word)) ? 'same' : 'part';
  return ` ${left} `.includes(` ${right} `) ? 'part' : 'other';
};

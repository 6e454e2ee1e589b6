import { answerTo, compare, numbersIn } from './answers.ts';
import type { Facts } from './database.ts';
import type { Customer, Said } from './ledger.ts';
import { isEnded, isOffered, readOutputs, wordsOf, type Output, type Sentences } from './outputs.ts';
import type { ChannelName } from './rooms.ts';

export const mistakes = [
  'lost',
  'duplicated',
  'disordered',
  'truncated',
  'differing',
  'unknown',
  'stuck',
  'failed',
] as const;
export type Mistake = (typeof mistakes)[number];

/** Something that must not be, or that cannot be known to be. */
export interface Offence {
  /**
   * - `undelivered`: the platform never brought it to us and does not try again
   * - `uncertain`: the process itself says of its message that it may not be there, and tells the desk
   */
  readonly what: Mistake | 'undelivered' | 'uncertain';
  readonly channel: string;
  readonly customer: Customer | null;
  readonly number: string | null;
  readonly detail: string;
}

export interface Judged {
  readonly answered: number;
  readonly told: number;
  readonly offences: readonly Offence[];
}

/** Whether the platform let the first of two go before it brought the second. */
const cameFirst = (channel: ChannelName, first: Said, second: Said): boolean =>
  channel === 'discord' ||
  (first.taken !== undefined && second.taken !== undefined && first.taken.endedAt <= second.taken.begunAt);

/** The process says so itself: it is counted there, not as a mistake. */
const isGivenUp = (facts: Facts, number: string | null): boolean =>
  number !== null && facts.givenUp.some((row) => row.number === number);

type Add = (what: Mistake, number: string | null, detail: string) => void;

/** The rest of it is where the customer can ask for it, and no one did: they asked something else. */
const isWaiting = (answer: Output, facts: Facts, number: string | null): boolean =>
  isOffered(answer) && number !== null && (facts.of(number)?.outbox.some(({ state }) => state === 'held') ?? false);

const judgeAnswers = (answers: readonly (Output & { kind: 'answer' })[], facts: Facts, add: Add): void => {
  const seenIn = new Map<string, number>();
  for (const [index, answer] of answers.entries()) {
    for (const number of answer.numbers) {
      const earlier = seenIn.get(number);
      if (earlier !== undefined)
        add('duplicated', number, `in answer ${earlier + 1} and in answer ${index + 1} of the room`);
      seenIn.set(number, index);
    }
    const first = answer.numbers[0] ?? null;
    const comparison = compare(answerTo(answer.numbers), wordsOf(answer));
    if (comparison === 'part' && !isWaiting(answer, facts, first))
      add('truncated', first, isEnded(answer) ? 'words inside are missing' : 'it ends early');
    if (comparison === 'other') add('differing', first, 'other words than the model said');
    if (comparison !== 'part' && answer.parts.some((part) => part.partial))
      add('truncated', first, 'it is said to be still growing');
    if (new Set(answer.parts.map((part) => part.text)).size < answer.parts.length)
      add('duplicated', first, 'a part of it is there twice');
  }
};

/** The questions in the order in which they were answered, against the order in which they came. */
const judgeOrder = (
  { said, channel }: Customer,
  answers: readonly { readonly numbers: readonly string[] }[],
  add: Add,
): void => {
  const byNumber = new Map(said.map((one) => [one.number, one]));
  const order = [...new Set(answers.flatMap((answer) => answer.numbers))].flatMap(
    (number) => byNumber.get(number) ?? [],
  );
  for (const [index, one] of order.entries()) {
    const later = order.slice(0, index).find((other) => one.saidAt < other.saidAt && cameFirst(channel, one, other));
    if (later) add('disordered', one.number, `after ${later.number}`);
  }
};

/** The questions that no answer names: what was said in their place settles those before the next answer. */
const judgeSilence = (customer: Customer, outputs: readonly Output[], facts: Facts, add: Add) => {
  const answered = new Set(outputs.flatMap((output) => (output.kind === 'answer' ? output.numbers : [])));
  const indexOf = new Map(customer.said.map((one, index) => [one.number, index]));
  const tells: { readonly after: number; readonly before: number }[] = [];
  let last = -1;
  const firstOf = (output: Output): number =>
    output.kind === 'answer' ? Math.min(...output.numbers.map((number) => indexOf.get(number) ?? Infinity)) : Infinity;
  for (const [index, output] of outputs.entries()) {
    if (output.kind === 'answer') last = Math.max(last, ...output.numbers.map((number) => indexOf.get(number) ?? -1));
    if (output.kind === 'told') tells.push({ after: last, before: Math.min(...outputs.slice(index).map(firstOf)) });
  }
  const silent = customer.said.filter((one) => !answered.has(one.number));
  const settles = (index: number): boolean => tells.some(({ after, before }) => index > after && index < before);
  let told = 0;
  let undelivered: Said[] = [];
  for (const one of silent) {
    const index = indexOf.get(one.number) ?? -1;
    if (one.handedAt !== undefined || settles(index)) told += 1;
    else if (one.channel !== 'discord' && !one.taken && !facts.of(one.number)) undelivered = [...undelivered, one];
    else add('lost', one.number, 'neither answered nor told nor handed over');
  }
  for (const [index, { after, before }] of tells.entries()) {
    const questions = silent.filter((one) => {
      const at = indexOf.get(one.number) ?? -1;
      return at > after && at < before;
    });
    const others = tells.filter((other) => other.after === after && other.before === before);
    if (others[0] === tells[index] && others.length > questions.length)
      add('duplicated', null, `told ${others.length} times that there is no answer, for ${questions.length} questions`);
  }
  return { told, undelivered, answered: answered.size };
};

/** What became of everything that one customer said. */
export const judgeCustomer = (customer: Customer, sentences: Sentences, facts: Facts): Judged => {
  const offences: Offence[] = [];
  const { channel } = customer;
  const add: Add = (what, number, detail) => {
    if (!isGivenUp(facts, number)) offences.push({ what, channel, customer, number, detail });
  };
  const outputs = readOutputs(customer.room.shown(), sentences);
  const answers = outputs.filter((output) => output.kind === 'answer');
  judgeAnswers(answers, facts, add);
  judgeOrder(customer, answers, add);
  for (const output of outputs)
    if (output.kind === 'unknown')
      add('unknown', null, `nobody knows why this was said: ${wordsOf(output).slice(0, 80)}`);
  const { told, answered, undelivered } = judgeSilence(customer, outputs, facts, add);
  for (const one of undelivered)
    offences.push({
      what: 'undelivered',
      channel,
      customer,
      number: one.number,
      detail: 'the platform did not bring it',
    });
  return { answered, told, offences };
};

/** A customer's words as the desk is shown them while a person has the case. */
const isRelayed = (text: string): boolean => /^\*\*.+\*\* \(\w+\):/.test(text) && numbersIn(text).length > 0;

/** What stands in the desk's room twice: the words of a customer, or the card of a case. */
export const judgeDesk = (texts: readonly string[], cards: ReadonlyMap<string, ReadonlySet<string>>): Offence[] => {
  const twice = (detail: string, number: string | null): Offence => ({
    what: 'duplicated',
    channel: 'desk',
    customer: null,
    number,
    detail,
  });
  const relayed = texts.filter(isRelayed);
  return [
    ...relayed
      .filter((text, index) => relayed.indexOf(text) < index)
      .map((text) => twice('words of a customer are there twice', numbersIn(text)[0] ?? null)),
    ...[...cards]
      .filter(([, messages]) => messages.size > 1)
      .map(([id, messages]) => twice(`the card with ${id} is there ${messages.size} times`, null)),
  ];
};

/** What has not come to its end in the time that it was given, and what was given up. */
export const judgeRows = ({ undone, states, givenUp }: Facts, customers: readonly Customer[]): Offence[] => {
  const stuck = (channel: string, count: number, detail: string): Offence[] =>
    Array.from({ length: count }, () => ({ what: 'stuck', channel, customer: null, number: null, detail }));
  return [
    ...Object.entries(undone).flatMap(([channel, count]) => stuck(channel, count, 'an event in the inbox is not done')),
    ...states
      .filter(({ state }) => state === 'due' || state === 'growing')
      .flatMap(({ channel, state, count }) => stuck(channel, count, `a message in the outbox is ${state}`)),
    ...givenUp.map(({ channel, state, failure, number, key }): Offence => ({
      what: state === 'failed' ? 'failed' : 'uncertain',
      channel,
      customer: customers.find((one) => one.said.some((said) => said.number === number)) ?? null,
      number,
      detail: `${key} is ${state} (${failure ?? 'no failure'})`,
    })),
  ];
};

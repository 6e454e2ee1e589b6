import { expect, test } from 'vitest';

import { answerTo } from './answers.ts';
import type { Facts } from './database.ts';
import { judgeCustomer, judgeDesk, judgeRows } from './judge.ts';
import type { Customer, Said } from './ledger.ts';
import { offer } from './outputs.ts';
import type { ChannelName, Shown } from './rooms.ts';

const sentences = {
  disclosures: ['I am an AI.'],
  told: ['I am currently unavailable.'],
  notices: ['Your case is resolved.'],
};
const unavailable = 'I am currently unavailable. A person will answer you here.';

const factsWith = (facts: Partial<Facts> = {}): Facts => ({
  of: () => null,
  undone: {},
  states: [],
  givenUp: [],
  turns: 0,
  ...facts,
});

/** Questions that were said, and taken, a second apart; `screen` is what the assistant has shown since. */
const customerOf = (
  questions: number,
  screen: readonly string[],
  {
    channel = 'slack',
    taken = true,
    partial = false,
  }: { channel?: ChannelName; taken?: boolean; partial?: boolean } = {},
): Customer => {
  const said = Array.from({ length: questions }, (_, index): Said => {
    const at = index * 1000;
    return {
      number: `#s1-${index + 1}`,
      channel,
      saidAt: at,
      workersUp: 'a b',
      ...(taken ? { taken: { begunAt: at, endedAt: at + 10 } } : {}),
    };
  });
  const shown = screen.map((text, index): Shown => ({ id: String(index), isOurs: true, text, partial }));
  return {
    name: 's1',
    channel,
    said,
    room: { say: async () => undefined, shown: () => shown, onChange: () => undefined, close: async () => undefined },
  };
};

const offencesOf = (customer: Customer, facts: Facts = factsWith()): string[] =>
  judgeCustomer(customer, sentences, facts).offences.map(({ what, number }) => `${what} ${number ?? ''}`.trim());

const answer = (...numbers: number[]): string => answerTo(numbers.map((number) => `#s1-${number}`));

test('whole answers in the order of the questions are no offence, one for two questions and one in two parts included', () => {
  const [first, rest] = [
    answer(3).slice(0, answer(3).lastIndexOf('\n\n')),
    answer(3).slice(answer(3).lastIndexOf('\n\n')),
  ];
  const customer = customerOf(3, [`I am an AI.\n\n${answer(1, 2)}`, first, rest]);
  expect(judgeCustomer(customer, sentences, factsWith())).toEqual({ answered: 3, told: 0, offences: [] });
});

test('a question without an answer is lost, unless it was told that there is none', () => {
  expect(offencesOf(customerOf(3, [answer(1), answer(3)]))).toEqual(['lost #s1-2']);
  const customer = customerOf(3, [answer(1), unavailable, answer(3)]);
  expect(judgeCustomer(customer, sentences, factsWith())).toEqual({ answered: 2, told: 1, offences: [] });
});

test('being told in the place of another question does not settle a lost one', () => {
  expect(offencesOf(customerOf(3, [unavailable, answer(2)]))).toEqual(['lost #s1-3']);
});

test('a question that the platform never brought is no loss of ours; on Discord nothing tells us so', () => {
  expect(offencesOf(customerOf(1, [], { taken: false }))).toEqual(['undelivered #s1-1']);
  expect(offencesOf(customerOf(1, [], { taken: false, channel: 'discord' }))).toEqual(['lost #s1-1']);
});

test('an answer twice, a part twice, and being told twice are duplicates', () => {
  expect(offencesOf(customerOf(1, [answer(1), answer(1)]))).toEqual(['duplicated #s1-1']);
  expect(offencesOf(customerOf(1, [unavailable, unavailable]))).toEqual(['duplicated']);
  expect(offencesOf(customerOf(2, [unavailable, unavailable]))).toEqual([]);
});

test('an answer that ends early, is said to grow, or has other words', () => {
  const whole = answer(1);
  expect(offencesOf(customerOf(1, [whole.slice(0, whole.indexOf('. ') + 1)]))).toEqual(['truncated #s1-1']);
  expect(offencesOf(customerOf(1, [whole], { partial: true }))).toEqual(['truncated #s1-1']);
  expect(offencesOf(customerOf(1, [whole.replace('Step sa', 'Step sz')]))).toEqual(['differing #s1-1']);
  expect(offencesOf(customerOf(0, ['What is this?']))).toEqual(['unknown']);
});

test('answers against the order of the questions, unless the platform brought them so', () => {
  expect(offencesOf(customerOf(2, [answer(2), answer(1)]))).toEqual(['disordered #s1-1']);
  const customer = customerOf(2, [answer(2), answer(1)]);
  customer.said[0]!.taken = { begunAt: 2000, endedAt: 2010 };
  expect(offencesOf(customer)).toEqual([]);
});

test('what the process itself gives up is counted once, and apart unless it was refused', () => {
  const row = { key: 'x:reply', channel: 'slack', attempts: 1, failure: null, text: '', number: '#s1-1' };
  const facts = factsWith({ givenUp: [{ ...row, state: 'uncertain' }] });
  expect(offencesOf(customerOf(1, []), facts)).toEqual([]);
  expect(judgeRows(facts, []).map(({ what }) => what)).toEqual(['uncertain']);
  expect(judgeRows(factsWith({ givenUp: [{ ...row, state: 'failed' }] }), []).map(({ what }) => what)).toEqual([
    'failed',
  ]);
});

test('what is not done is stuck', () => {
  const states = [
    { channel: 'web', state: 'growing', count: 2 },
    { channel: 'web', state: 'sent', count: 9 },
  ];
  expect(judgeRows(factsWith({ undone: { slack: 1 }, states }), [])).toHaveLength(3);
});

test('the same words of a customer twice in the desk, or two cards of one case', () => {
  const relayed = '**Ada** (slack):\n\n#s1-1 Hello';
  expect(judgeDesk([relayed, '> #s1-1 Hello', '> #s1-1 Hello'], new Map([['resolve:1', new Set(['a'])]]))).toEqual([]);
  expect(judgeDesk([relayed, relayed], new Map())).toHaveLength(1);
  expect(judgeDesk([], new Map([['resolve:1', new Set(['a', 'b'])]]))).toHaveLength(1);
});

test('a part of an answer whose rest can be asked for is no offence while the rest is there, and one when it is not', () => {
  const whole = answer(1);
  const part = `${whole.slice(0, whole.indexOf('. ') + 1)} ${offer}`;
  const holding = (state: string): Facts =>
    factsWith({
      of: () => ({
        stored: 1,
        isDone: true,
        outcome: 'answered',
        outbox: [{ key: 'x:reply:1', channel: 'sms', state, attempts: 0, failure: null, text: '' }],
      }),
    });
  const customer = customerOf(1, [part], { channel: 'sms' });
  expect(offencesOf(customer, holding('held'))).toEqual([]);
  expect(offencesOf(customer, holding('sent'))).toEqual(['truncated #s1-1']);
  const rest = whole.slice(whole.indexOf('. ') + 1);
  expect(offencesOf(customerOf(1, [part, rest], { channel: 'sms' }), holding('sent'))).toEqual([]);
});

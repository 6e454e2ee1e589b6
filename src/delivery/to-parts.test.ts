import { expect, test } from 'vitest';

import type { Channel, OutboundMessage, ThreadKey } from '#core/channel.ts';

import { createToParts } from './to-parts.ts';

/** Takes 340 characters, everything told. */
const fits: Channel['fits'] = (message) => JSON.stringify(message).length <= 340;
const channel: Pick<Channel, 'fits' | 'limits'> = { fits, limits: { editIntervalMs: 0 } };
const open = (of: Partial<Channel>) => {
  const toParts = createToParts(new Map([['box', of as Channel]]), (_, name) => `(${name})`);
  return (one: Parameters<typeof toParts>[0]) => toParts(one, 'en');
};
const toParts = open(channel);
const outgoing = (message: OutboundMessage) => ({ key: 'turn:1', channel: 'box', thread: 'T' as ThreadKey, message });
const sentences = 'A sentence of words. '.repeat(20).trim();
const citations = [1, 2].map((number) => ({ number, title: `Guide ${number}`, url: 'https://example.com' }));
const actions = [{ id: 'human', label: 'A person' }];

test('citations and buttons stand on the last part only, and every part fits', () => {
  const parts = toParts(outgoing({ text: sentences, citations, actions }));
  expect(parts.map(({ key }) => key)).toEqual(['turn:1', 'turn:1:1']);
  expect(parts.map(({ message }) => message.text).join(' ')).toBe(sentences);
  for (const { message } of parts) expect(channel.fits(message)).toBe(true);
  for (const { message } of parts.slice(0, -1)) expect(Object.keys(message)).toEqual(['text']);
  expect(parts.at(-1)?.message).toMatchObject({ citations, actions });
});

test('more sources than the last part holds follow in messages of their own', () => {
  const many = [1, 2, 3, 4, 5, 6].map((number) => ({
    number,
    title: `Guide ${number}`,
    url: 'https://example.com/page',
  }));
  const parts = toParts(outgoing({ text: sentences, citations: many, actions }));
  expect(parts.flatMap(({ message }) => message.citations ?? [])).toEqual(many);
  expect(parts.filter(({ message }) => message.actions)).toHaveLength(1);
  expect(parts.at(-1)?.message.actions).toEqual(actions);
  for (const { message } of parts) expect(channel.fits(message)).toBe(true);
});

test('a card stays one, and shows that it has lost its end', () => {
  const [card, ...more] = toParts(outgoing({ title: 'Case', text: sentences, actions }));
  expect(more).toEqual([]);
  expect(card?.message.text).toMatch(/^A sentence of words\..*\n\n…$/);
  expect(channel.fits(card!.message)).toBe(true);
});

test('where an answer comes in parts that are asked for, each but the last says how, and all but the first are held', () => {
  const inParts = open({ fits, limits: { editIntervalMs: Infinity, partsAtOnce: 1 } });
  const parts = inParts(outgoing({ text: `${sentences} ${sentences}`, by: 'assistant', citations, actions }));
  expect(parts.length).toBeGreaterThan(2);
  for (const { message } of parts) expect(channel.fits(message)).toBe(true);
  for (const { message } of parts.slice(0, -1)) expect(message.text).toMatch(/words\.\n\n\(more\)$/);
  expect(parts.at(-1)?.message).toMatchObject({ citations, actions });
  expect(parts.at(-1)?.message.text).not.toContain('(more)');
  expect(parts.map(({ isHeld = false }) => isHeld)).toEqual([false, ...parts.slice(1).map(() => true)]);
  // What an agent writes goes out at once.
  expect(inParts(outgoing({ text: sentences, by: 'agent' })).some(({ isHeld }) => isHeld)).toBe(false);
});

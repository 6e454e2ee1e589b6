import { expect, test } from 'vitest';

import type { Channel, OutboundMessage, ThreadKey } from '#core/channel.ts';

import { createToParts } from './to-parts.ts';

/** Takes 340 characters, everything told. */
const channel: Pick<Channel, 'fits'> = { fits: (message) => JSON.stringify(message).length <= 340 };
const toParts = createToParts(new Map([['box', channel as Channel]]));
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

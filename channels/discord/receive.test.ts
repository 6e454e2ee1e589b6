import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labelOf, toPress, toChanged, toInteraction, toMessage } from './receive.ts';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
const selfId = '100000000000000001';

test('a direct message is addressed and carries who wrote it and when', () => {
  expect(toMessage(fixture('direct-message'), selfId)).toEqual({
    channel: 'discord',
    kind: 'message',
    id: '300000000000000001',
    thread: '{"room":"400000000000000001"}',
    sender: { id: '200000000000000001', organization: 'direct', displayName: 'Ada' },
    sentAt: new Date('2026-03-01T09:30:00Z'),
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
  });
});

test('in a guild our mention is taken out and the others become names', () => {
  expect(toMessage(fixture('guild-mention'), selfId)).toMatchObject({
    text: 'ask @grace',
    addressed: true,
    setting: 'group',
    sender: { organization: '500000000000000001', displayName: 'Ada L.' },
  });
});

test('a message to everyone is not addressed to the bot', () => {
  expect(toMessage(fixture('everyone'), selfId)).toMatchObject({ addressed: false, text: '@everyone hello' });
});

test.each(['bot-message', 'webhook-message', 'thread-created-notice'])('%s is not for us', (name) =>
  expect(toMessage(fixture(name), selfId)).toBeNull(),
);
test.each([[null], [{}], ['text']])('%j is not for us', (payload) => {
  expect(toMessage(payload, selfId)).toBeNull();
  expect(toInteraction(payload)).toBeNull();
});

test('a press belongs to the thread of its message', () => {
  expect(toPress(toInteraction(fixture('press'))!)).toMatchObject({
    id: '700000000000000001',
    action: 'claim',
    message: '400000000000000001:300000000000000009',
    thread: '{"room":"300000000000000009"}',
    sender: { displayName: 'Ada L.', locale: 'en-GB' },
  });
});

test('a button that asks is no action until its modal is filled', () => {
  const press = toInteraction(fixture('press-asks'))!;
  expect(toPress(press)).toBeNull();
  expect(labelOf(press)).toBe('Reply');
  expect(toPress(toInteraction(fixture('modal'))!)).toMatchObject({ action: 'reply', text: 'Try again' });
});

test('what a person changes or takes back names the message it was; a link that unfurls changes nothing', () => {
  const edited = fixture('message-edited');
  expect(toChanged('MESSAGE_UPDATE', edited, selfId)).toEqual({
    kind: 'edited',
    channel: 'discord',
    id: '300000000000000001:2026-03-01T09:31:00.000Z',
    of: '300000000000000001',
    text: 'Where is my parcel?',
    sentAt: new Date('2026-03-01T09:31:00Z'),
  });
  expect(toChanged('MESSAGE_UPDATE', { ...edited, edited_timestamp: null }, selfId)).toBeNull();
  expect(
    toChanged('MESSAGE_UPDATE', { ...edited, author: { id: selfId, username: 'us', bot: true } }, selfId),
  ).toBeNull();
  expect(toChanged('MESSAGE_DELETE', fixture('message-deleted'), selfId)).toMatchObject({
    kind: 'deleted',
    of: '300000000000000001',
  });
});

test('a thumb in any skin is what somebody thinks, and is taken back with the thumb; our own is not', () => {
  const reaction = fixture('reaction-added');
  const thumb = {
    kind: 'feedback',
    message: '400000000000000002:300000000000000002',
    sender: { id: '200000000000000001', organization: '500000000000000001', displayName: 'Countess' },
  };
  expect(toChanged('MESSAGE_REACTION_ADD', reaction, selfId)).toMatchObject({ ...thumb, rating: 'good' });
  expect(toChanged('MESSAGE_REACTION_REMOVE', reaction, selfId)).toMatchObject({ ...thumb, rating: null });
  const as = (more: object) => toChanged('MESSAGE_REACTION_ADD', { ...reaction, ...more }, selfId);
  expect(as({ emoji: { name: '👎' } })).toMatchObject({ rating: 'bad' });
  expect(as({ emoji: { name: '👀' } })).toBeNull();
  expect(as({ user_id: selfId })).toBeNull();
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tenantOf } from './activity.ts';
import { toEvent } from './receive.ts';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));

test('a personal message is addressed and carries who wrote it, where and when', () => {
  expect(toEvent(fixture('personal-message'))).toEqual({
    channel: 'teams',
    kind: 'message',
    id: 'a:1ada:1740821400001',
    thread: '{"kind":"personal","conversation":"a:1ada"}',
    sender: {
      id: '0b7f2b1e-4a7e-4f0e-9a53-0d6a1a1f0001',
      organization: 'tenant-1',
      displayName: 'Ada Person',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
    },
    sentAt: new Date('2026-03-01T09:30:00Z'),
    order: '1740821400001',
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
  });
});

test('in a channel only the mention of the bot is taken out, and the thread does not depend on the service URL', () => {
  const event = toEvent(fixture('channel-mention'));
  expect(event).toMatchObject({ text: 'ask @Grace too', addressed: true, setting: 'group' });
  expect(toEvent({ ...fixture('channel-mention'), serviceUrl: 'https://smba.trafficmanager.net/amer/' })).toEqual(
    event,
  );
});

test('a redelivered press with a new activity id is the same event, one with other words is not', () => {
  const press = fixture('execute');
  const event = toEvent(press);
  expect(event).toMatchObject({
    kind: 'action',
    action: 'reply',
    text: 'Try again',
    message: '19:desk@thread.tacv2:1740821400000',
  });
  expect(toEvent({ ...press, id: 'f:2' })?.id).toBe(event?.id);
  const other = {
    action: { type: 'Action.Execute', verb: 'reply', data: { shown: 'case:7', 'reply:text': 'Something else' } },
  };
  expect(toEvent({ ...press, value: other })?.id).not.toBe(event?.id);
});

test('trap 23: a submitted value is a press, never an empty message', () => {
  expect(toEvent(fixture('submit'))).toMatchObject({
    kind: 'action',
    action: 'good',
    message: '19:desk@thread.tacv2:1740821400000',
  });
  expect(toEvent({ ...fixture('submit'), value: { other: 1 } })).toBeNull();
});

test.each(['typing', 'own-message'])('%s is not for us', (name) => expect(toEvent(fixture(name))).toBeNull());

test.each([[null], ['text'], [{}], [{ type: 'message' }], [{ ...fixture('execute'), value: { action: {} } }]])(
  '%j is not for us',
  (payload) => {
    expect(toEvent(payload)).toBeNull();
  },
);

test('the tenant is told by the conversation, else by the channel data', () => {
  expect(tenantOf(fixture('personal-message'))).toBe('tenant-1');
  expect(tenantOf({ channelData: { tenant: { id: 'tenant-2' } } })).toBe('tenant-2');
  expect(tenantOf({})).toBeUndefined();
});

test('an edit, an undeletion and a deletion name the message they change, and each of them is told once', () => {
  const [edited, again, undeleted, deleted] = ['edited', 'edited', 'undeleted', 'deleted'].map((name) =>
    toEvent(fixture(name)),
  );
  const of = toEvent(fixture('personal-message'))?.id;
  expect(edited).toMatchObject({ kind: 'edited', of, sentAt: new Date('2026-03-01T09:31:00Z') });
  expect(undeleted).toMatchObject({ kind: 'edited', of, text: 'Where is my order?' });
  expect(deleted).toMatchObject({ kind: 'deleted', of });
  expect(again?.id).toBe(edited?.id);
  expect(new Set([edited?.id, undeleted?.id, deleted?.id, of])).toHaveProperty('size', 4);
});

test('a reaction that judges is feedback, taking it back takes the judgment back, and others are nothing', () => {
  const message = 'a:1ada:1740821400005';
  expect(toEvent(fixture('reaction'))).toMatchObject({ kind: 'feedback', message, rating: 'good' });
  expect(toEvent(fixture('reaction-removed'))).toMatchObject({ kind: 'feedback', message, rating: null });
  expect(toEvent({ ...fixture('reaction'), reactionsAdded: [{ type: 'laugh' }, { type: 'constructor' }] })).toBeNull();
});

test('the thumbs below an answer bring the judgment and its words, once for every delivery', () => {
  const event = toEvent(fixture('feedback'));
  expect(event).toMatchObject({
    kind: 'feedback',
    message: 'a:1ada:1740821400005',
    rating: 'bad',
    text: 'It is out of date.',
  });
  expect(toEvent({ ...fixture('feedback'), id: 'f:other' })?.id).toBe(event?.id);
  expect(toEvent({ ...fixture('feedback'), value: { actionName: 'other' } })).toBeNull();
});

test('an installation and the bot among the new members open the same chat; who joins a group opens nothing', () => {
  const opened = toEvent(fixture('installed'));
  expect(opened).toMatchObject({ kind: 'opened', sender: { displayName: 'Ada Person' } });
  expect(toEvent(fixture('member-added'))?.id).toBe(opened?.id);
  expect(toEvent({ ...fixture('installed'), action: 'add-upgrade' })).toBeNull();
  const { conversation } = fixture('channel-mention');
  expect(toEvent({ ...fixture('member-added'), conversation, membersAdded: [{ id: '29:1grace' }] })).toBeNull();
});

test('files come as attachments; what the message looks like, and cards, are none', () => {
  expect(toEvent(fixture('files'))).toMatchObject({
    text: 'See these',
    attachments: [
      { name: 'log.txt', mediaType: '', size: null, key: expect.stringContaining('download.aspx') },
      { name: 'image', mediaType: 'image/png', size: null, key: expect.stringContaining('/views/original') },
    ],
  });
});

test('a group message that mentions another person and not us is said to somebody else', () => {
  const mention = fixture('channel-mention');
  expect(toEvent(mention)).not.toHaveProperty('aside');
  const [, grace] = mention.entities as object[];
  expect(toEvent({ ...mention, text: 'ask <at>Grace</at>', entities: [grace] })).toMatchObject({
    addressed: false,
    aside: true,
  });
});

test('a command is exactly its word, said to us', () => {
  const said = (text: string) => toEvent({ ...fixture('personal-message'), text });
  expect(said(' Human ')).toMatchObject({ kind: 'action', action: 'human', id: 'a:1ada:1740821400001' });
  expect(said('human please')).toMatchObject({ kind: 'message' });
  expect(toEvent({ ...fixture('channel-mention'), text: 'status', entities: [] })).toMatchObject({
    kind: 'message',
    text: 'status',
  });
});

test('a message without words, files or a mention is none', () => {
  expect(toEvent({ ...fixture('personal-message'), text: ' ' })).toBeNull();
});

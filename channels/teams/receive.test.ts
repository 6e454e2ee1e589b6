import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tenantOf, toEvent } from './receive.ts';

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));

test('a personal message is addressed and carries who wrote it, where and when', () => {
  expect(toEvent(fixture('personal-message'))).toEqual({
    channel: 'teams',
    kind: 'message',
    id: 'a:1ada:1740821400001',
    thread: '{"kind":"personal","conversation":"a:1ada","serviceUrl":"https://smba.trafficmanager.net/emea/"}',
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

test('a submitted value is a press, never an empty message', () => {
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

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { placesOf, toAsking, toInboundEvent } from './receive.ts';
import type { Json } from './verify.ts';

const identity = { team: 'T1', botUser: 'UBOT' };
const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;
const received = (name: string) => toInboundEvent(fixture(name), identity);
const thread = (room: string, root: string | null) => JSON.stringify({ team: 'T1', room, root });

test('a direct message is CommonMark at the top level of its room', () => {
  expect(received('direct-message')).toEqual({
    kind: 'message',
    channel: 'slack',
    id: 'T1:DADA:1700000000.000100',
    thread: thread('UADA', null),
    sender: { id: 'UADA', organization: 'T1', displayName: 'UADA' },
    sentAt: new Date(1_700_000_000_000),
    order: '1700000000.000100',
    text: 'My **invoice** is wrong: [the invoice](https://example.com/i?a=1&b=2) <now>',
    setting: 'direct',
    addressed: true,
  });
});

test('a reply in a thread of a direct message stays in that thread', () => {
  expect(received('direct-thread-reply')).toMatchObject({ thread: thread('UADA', '1699999999.000001') });
});

test('a mention is the same event in both of its forms', () => {
  const asMessage = received('mention-as-message');
  expect(asMessage).toMatchObject({
    text: 'where is my order?',
    addressed: true,
    setting: 'group',
    thread: thread('CHELP', '1700000000.000100'),
  });
  expect(received('mention-as-app-mention')).toEqual(asMessage);
});

test('a reply in a thread without a mention is not addressed to us, and belongs to the root', () => {
  expect(received('thread-reply')).toMatchObject({ addressed: false, thread: thread('CHELP', '1699999999.000001') });
  expect(received('thread-broadcast')).toMatchObject({ text: 'for all', thread: thread('CHELP', '1699999999.000001') });
});

test('a file comes without words', () => {
  expect(received('file-share')).toMatchObject({ text: '', attachments: [{ name: 'screen.png' }] });
});

test('what a person changes or takes back names the message it was', () => {
  const change = { channel: 'slack', id: 'T1:CHELP:1700000001.000100:change', of: 'T1:CHELP:1700000000.000100' };
  expect(received('message-changed')).toMatchObject({ ...change, kind: 'edited', text: 'edited' });
  expect(received('message-deleted')).toMatchObject({ ...change, kind: 'deleted' });
});

test('trap 4: our own edits that come back, and links that unfurl, change nothing', () => {
  const changed = fixture('message-changed');
  const event = changed['event'] as Json;
  const { message } = event as { message: Json };
  const withMessage = (more: Json) =>
    toInboundEvent({ ...changed, event: { ...event, message: { ...message, ...more } } }, identity);
  expect(withMessage({ bot_id: 'B1' })).toBeNull();
  expect(withMessage({ user: 'UBOT' })).toBeNull();
  expect(withMessage({ text: 'was', attachments: [{ title: 'unfurled' }] })).toBeNull();
  expect(withMessage({ subtype: 'tombstone' })).toMatchObject({ kind: 'deleted', of: 'T1:CHELP:1700000000.000100' });
});

test('a thumb on a message is what somebody thinks of it, and is taken back with the thumb', () => {
  const thumb = { kind: 'feedback', message: '{"room":"CHELP","ts":"1700000000.000100"}', sender: { id: 'UADA' } };
  const added = fixture('reaction-added');
  const event = added['event'] as Json;
  const as = (more: Json) => toInboundEvent({ ...added, event: { ...event, ...more } }, identity);
  expect(received('reaction-added')).toMatchObject({ ...thumb, rating: 'good' });
  expect(as({ reaction: '-1::skin-tone-3' })).toMatchObject({ rating: 'bad' });
  expect(as({ type: 'reaction_removed' })).toMatchObject({ ...thumb, rating: null });
  expect(as({ reaction: 'eyes' })).toBeNull();
  expect(as({ item_user: 'UBOB' })).toBeNull();
});

test('who opens our messages or an assistant thread comes in, once for each place', () => {
  const body = { ...fixture('direct-message') };
  const opens = (event: Json) => toInboundEvent({ ...body, event }, identity);
  const home = {
    type: 'app_home_opened',
    user: 'UADA',
    channel: 'DADA',
    tab: 'messages',
    event_ts: '1700000000.000100',
  };
  expect(opens(home)).toMatchObject({ kind: 'opened', id: 'T1:DADA::opened', thread: thread('UADA', null) });
  expect(opens({ ...home, tab: 'home' })).toBeNull();
  const assistant_thread = { user_id: 'UADA', channel_id: 'DADA', thread_ts: '1700000000.000200' };
  expect(opens({ type: 'assistant_thread_started', assistant_thread, event_ts: '1700000000.000300' })).toMatchObject({
    kind: 'opened',
    thread: thread('UADA', '1700000000.000200'),
    sender: { id: 'UADA' },
  });
});

test('what names somebody else and not us is an aside', () => {
  const body = fixture('thread-reply');
  const says = (text: string) => toInboundEvent({ ...body, event: { ...(body['event'] as Json), text } }, identity);
  expect(says('<@UBOB> what do you think?')).toMatchObject({ aside: true, addressed: false });
  expect(says('<@UBOT> and <@UBOB>, see this')).not.toHaveProperty('aside');
  expect(says('what do you think?')).not.toHaveProperty('aside');
});

test.each(['own-message', 'other-bot', 'channel-join'])('%s is not for us', (name) => {
  expect(received(name)).toBeNull();
});

test('a guest in a shared channel keeps their own organization', () => {
  expect(placesOf(fixture('shared-channel'))).toEqual({ teams: ['T1'] });
  expect(received('shared-channel')).toMatchObject({ sender: { id: 'UEVE', organization: 'T2' } });
});

test('a button names its message and the thread of that message', () => {
  expect(received('button')).toMatchObject({
    kind: 'action',
    id: 'T1:CHELP:1700000003.000100:human:UADA:1700000004.000100',
    action: 'human',
    thread: thread('CHELP', '1700000000.000100'),
    message: JSON.stringify({ room: 'CHELP', ts: '1700000003.000100' }),
  });
  expect(received('button-in-direct-message')).toMatchObject({ thread: thread('UADA', null) });
});

test('a button that asks is no event until its dialog is sent', () => {
  expect(received('button-asks')).toBeNull();
  expect(toAsking(fixture('button'))).toBeNull();
  expect(toAsking(fixture('button-asks'))).toMatchObject({ action: 'resolve', asks: 'What solved it?' });
  expect(received('dialog-submitted')).toMatchObject({
    kind: 'action',
    id: 'V1',
    action: 'resolve',
    text: 'A new cable',
    thread: thread('CHELP', '1700000000.000100'),
    message: JSON.stringify({ room: 'CHELP', ts: '1700000003.000100' }),
  });
});

test('a body of the wrong shape is nobody’s event', () => {
  for (const body of [
    {},
    { event: 'x' },
    { event: { type: 'message', user: 'U1' } },
    { type: 'block_actions', user: { id: 'U1' } },
  ])
    expect(toInboundEvent(body, identity)).toBeNull();
});

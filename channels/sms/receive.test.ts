import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refused } from '#core/errors.ts';
import type { Form } from './form.ts';
import { toInbound, toInboundDelivery } from './receive.ts';

const ours = { accountSid: `AC${'0'.repeat(32)}`, from: ['+15550001111'], answersHelp: false };
const fixture = (name: string): Form =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Form;
const received = (name: string) => toInbound(fixture(name), ours, new Date(0));

const refusal = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof Refused ? [error.status, error.reason] : error;
  }
};

test('a text message is a direct message from a number shown by its end', () => {
  expect(received('message')).toEqual({
    kind: 'message',
    channel: 'sms',
    id: `SM${'1'.repeat(32)}`,
    thread: '{"from":"+15552223333","to":"+15550001111"}',
    sender: { id: '+15552223333', organization: '+15550001111', displayName: '…3333' },
    sentAt: new Date(0),
    text: 'Where is my order?',
    attachments: [],
    setting: 'direct',
    addressed: true,
  });
});

test('trap 38: a picture without words is a message, not a status', () => {
  expect(received('picture-without-words')).toMatchObject({
    kind: 'message',
    text: '',
    attachments: [{ name: 'image-1.png', mediaType: 'image/png', size: null, key: 'https://api.twilio.com/m/1' }],
  });
});

test.each(['short-code', 'other-number'])('%s is not for us', (name) => {
  expect(received(name)).toBeNull();
});

test('a person on WhatsApp has an address of their own, and is shown by its end too', () => {
  expect(received('whatsapp')).toMatchObject({
    kind: 'message',
    thread: '{"from":"whatsapp:+15552223333","to":"whatsapp:+15550001111"}',
    sender: { id: 'whatsapp:+15552223333', displayName: '…3333' },
  });
});

test('of several numbers each is ours, and so is any of the service they are in', () => {
  const to = (To: string, more: object = {}) =>
    toInbound(
      { ...fixture('message'), To, ...more },
      { ...ours, from: ['+15550001111', '+15550002222'], messagingServiceSid: 'MG1' },
    );
  expect(to('+15550002222')).toMatchObject({ thread: '{"from":"+15552223333","to":"+15550002222"}' });
  expect(to('+15550009999')).toBeNull();
  expect(to('+15550009999', { MessagingServiceSid: 'MG1' })).toMatchObject({ kind: 'message' });
  expect(to('+15550009999', { MessagingServiceSid: 'MG2' })).toBeNull();
  // Our own words, come back: answering them would never end.
  expect(to('+15550002222', { From: '+15550001111' })).toBeNull();
});

test('whole numbers are shown where the organization wants it', () => {
  const shown = toInbound(fixture('whatsapp'), { ...ours, showsNumbers: true });
  expect(shown?.sender.displayName).toBe('+15552223333');
});

test('a keyword inside a sentence is a message; YES is one to whoever had not withdrawn', () => {
  expect(received('stop-in-a-sentence')).toMatchObject({ kind: 'message', text: 'Please stop the subscription' });
  expect(received('yes')).toMatchObject({ kind: 'consent', given: true, otherwise: { kind: 'message', text: 'YES' } });
});

test('a wish to be written to no more is known by the word, and by what the platform found', () => {
  expect(received('stop')).toMatchObject({ kind: 'consent', given: false, how: 'STOP' });
  expect(received('opt-out-type')).toMatchObject({ kind: 'consent', given: false, how: 'STOP' });
});

test('trap 37: help that the platform gives is not given again; where it is silent we answer', () => {
  const asks = (Body: string, more: object = {}, answersHelp = false) =>
    toInbound({ ...fixture('message'), Body, ...more }, { ...ours, answersHelp });
  expect(asks('HELP')).toBeNull();
  expect(asks('Hilfe', { OptOutType: 'HELP' })).toBeNull();
  expect(asks('HELP', {}, true)).toMatchObject({ kind: 'action', action: 'status' });
  expect(asks('Hilfe!')).toMatchObject({ kind: 'action', action: 'status' });
});

test('another account and a message without a name are refused', () => {
  expect(refusal(() => received('foreign-account'))).toEqual([403, 'foreign_account']);
  expect(refusal(() => received('without-sid'))).toEqual([400, 'no_message_sid']);
  expect(refusal(() => toInboundDelivery(fixture('foreign-account'), ours.accountSid, null))).toEqual([
    403,
    'foreign_account',
  ]);
});

test('a status says what became of which message', () => {
  const status = (name: string) => toInboundDelivery(fixture(name), ours.accountSid, null);
  const sid = `SM${'2'.repeat(32)}`;
  expect(status('status-queued')).toBeNull();
  expect(status('status-delivered')).toEqual({
    kind: 'delivery',
    channel: 'sms',
    id: `${sid}:delivered`,
    message: sid,
    status: 'delivered',
  });
  expect(status('status-undelivered')).toMatchObject({ status: 'failed', code: '30003' });
  expect(toInboundDelivery(fixture('status-delivered'), ours.accountSid, 'turn:reply')).toMatchObject({
    key: 'turn:reply',
  });
});

import { expect, test } from 'vitest';

import { toTypedCommand } from './typed-command.ts';

test.each([
  ['link channels', { kind: 'link' }],
  ['Kanäle verknüpfen.', { kind: 'link' }],
  ['/unlink my channels', { kind: 'unlink' }],
  ['link k7qm-2xpd', { kind: 'prove', code: 'K7QM2XPD' }],
  ['lier K7QM 2XPD', { kind: 'prove', code: 'K7QM2XPD' }],
  ['Text me when someone answers', { kind: 'continue', channel: 'sms' }],
  ['please message me on Slack once somebody is there!', { kind: 'continue', channel: 'slack' }],
  ['Schreib mir, wenn jemand antwortet', { kind: 'continue', channel: null }],
  ['Schreib mir sobald jemand antwortet', { kind: 'continue', channel: null }],
  ['Escríbeme por sms cuando alguien responda', { kind: 'continue', channel: 'sms' }],
  ['écrivez-moi sur teams quand quelqu’un répond', { kind: 'continue', channel: 'teams' }],
  ['How do I link my account?', null],
  ['link me to the returns page', null],
  ['Can you text me when my parcel ships?', null],
])('%s', (text, command) => {
  expect(toTypedCommand(text)).toEqual(command);
});

import type { Platforms } from '#lab/platforms.ts';

import type { Wire } from './wire.ts';

/** Where a bad request goes, and what it is made with. */
export interface Target {
  readonly url: string;
  readonly wire: Wire;
  readonly platforms: Platforms;
  /** A visitor's session. */
  readonly token: string;
}

/** A request, the status it is answered with and what it is counted as; nothing of it is stored. */
export type BadRequest = readonly [
  what: string,
  send: (at: Target) => Promise<Response>,
  status: number,
  counted: string,
];

const json = JSON.stringify;
const brokenBytes = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);

const event = ({ wire }: Target, changes: object = {}, of: object = {}): string =>
  json({ ...wire.made.slack('Hello', undefined, of), ...changes });

export const badSlackRequests: readonly BadRequest[] = [
  [
    'no signature',
    (at) => at.wire.slack(event(at, {}), { headers: { 'x-slack-signature': '' } }),
    401,
    'slack refused: bad_signature',
  ],
  [
    'another signature',
    (at) => at.wire.slack(event(at, {}), { secret: 'guessed' }),
    401,
    'slack refused: bad_signature',
  ],
  [
    'a signature of no time',
    (at) => at.wire.slack(event(at, {}), { headers: { 'x-slack-request-timestamp': 'now' } }),
    401,
    'slack refused: bad_signature',
  ],
  [
    'a request of six minutes ago',
    (at) => at.wire.slack(event(at, {}), { shiftSeconds: -360 }),
    401,
    'slack refused: stale_timestamp',
  ],
  [
    'a request of an hour ahead',
    (at) => at.wire.slack(event(at, {}), { shiftSeconds: 3600 }),
    401,
    'slack refused: stale_timestamp',
  ],
  [
    'another workspace',
    (at) => at.wire.slack(event(at, { team_id: 'T0', authorizations: [{ team_id: 'T0' }] })),
    403,
    'slack refused: foreign_team',
  ],
  ['another app', (at) => at.wire.slack(event(at, { api_app_id: 'A0' })), 403, 'slack refused: foreign_app'],
  ['broken JSON', (at) => at.wire.slack('{"type":'), 400, 'slack refused: bad_body'],
  ['a list', (at) => at.wire.slack('[]'), 400, 'slack refused: bad_body'],
  [
    'a form with broken JSON',
    (at) => at.wire.slack('payload={', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    400,
    'slack refused: bad_body',
  ],
  ['bytes that are no UTF-8', (at) => at.wire.slack(brokenBytes), 400, 'slack refused: bad_encoding'],
  [
    'a content type Slack does not send',
    (at) => at.wire.slack('x', { headers: { 'content-type': 'text/plain' } }),
    415,
    'slack refused: bad_content_type',
  ],
  ['a body without a team', (at) => at.wire.slack('{"hello":"there"}'), 403, 'slack refused: foreign_team'],
  [
    'an event of a kind nobody knows',
    (at) => at.wire.slack(event(at, {}, { type: 'moon_landed' })),
    200,
    'slack ignored',
  ],
  ['a body of a kind nobody knows', (at) => at.wire.slack(event(at, { type: 'moon_landed' })), 200, 'slack ignored'],
  ['an event callback without an event', (at) => at.wire.slack(event(at, { event: null })), 200, 'slack ignored'],
  ['a message with a number for its text', (at) => at.wire.slack(event(at, {}, { text: 7 })), 200, 'slack ignored'],
  ['a message without words', (at) => at.wire.slack(event(at, {}, { text: ' \n ' })), 200, 'slack ignored'],
  [
    'a press of no button',
    (at) => at.wire.slack(event(at, { type: 'block_actions', user: { id: 'U1' }, actions: 'none' })),
    200,
    'slack ignored',
  ],
  [
    'a query nobody knows',
    (at) => at.wire.slack(event(at, {}, { text: '' }), { path: 'slack/events?moon=full' }),
    200,
    'slack ignored',
  ],
];

const activity = ({ wire }: Target, changes: object = {}): string => json({ ...wire.made.teams('Hello'), ...changes });

export const badTeamsRequests: readonly BadRequest[] = [
  [
    'no token',
    (at) => at.wire.teams(activity(at), { headers: { authorization: '' } }),
    401,
    'teams refused: bad_token',
  ],
  ['a token that is none', (at) => at.wire.teams(activity(at), { token: 'guessed' }), 401, 'teams refused: bad_token'],
  [
    'a token of a stranger',
    async (at) =>
      at.wire.teams(activity(at), { token: await at.platforms.servers.teams.token({ signedBy: 'stranger' }) }),
    401,
    'teams refused: bad_token',
  ],
  [
    'a token that has ended',
    async (at) =>
      at.wire.teams(activity(at), { token: await at.platforms.servers.teams.token({ expiresInSeconds: -3600 }) }),
    401,
    'teams refused: bad_token',
  ],
  [
    'a token for another bot',
    async (at) => at.wire.teams(activity(at), { token: await at.platforms.servers.teams.token({ aud: 'other' }) }),
    401,
    'teams refused: bad_token',
  ],
  [
    'another tenant',
    (at) => at.wire.teams(activity(at, { conversation: { id: 'a', tenantId: 'other' } })),
    403,
    'teams refused: foreign_tenant',
  ],
  [
    'another channel of the Bot Framework',
    (at) => at.wire.teams(activity(at, { channelId: 'webchat' })),
    401,
    'teams refused: bad_token',
  ],
  ['broken JSON', (at) => at.wire.teams('{"type":'), 400, 'teams refused: bad_body'],
  ['a list', (at) => at.wire.teams('[]'), 400, 'teams refused: bad_body'],
  ['bytes that are no UTF-8', (at) => at.wire.teams(brokenBytes), 400, 'teams refused: bad_encoding'],
  [
    'an activity of a kind nobody knows',
    (at) => at.wire.teams(activity(at, { type: 'moonLanding' })),
    200,
    'teams ignored',
  ],
  ['a message without a sender', (at) => at.wire.teams(activity(at, { from: null })), 200, 'teams ignored'],
  ['a message without words', (at) => at.wire.teams(activity(at, { text: '&nbsp; ' })), 200, 'teams ignored'],
  [
    'a press of no button',
    (at) => at.wire.teams(activity(at, { type: 'invoke', name: 'adaptiveCard/action', value: 7 })),
    200,
    'teams ignored',
  ],
  [
    'a query nobody knows',
    (at) => at.wire.teams(activity(at, { text: '' }), { path: 'teams/messages?moon=full' }),
    200,
    'teams ignored',
  ],
];

const form = ({ wire }: Target, changes: Record<string, string> = {}): Record<string, string> => ({
  ...wire.made.sms('Hello'),
  ...changes,
});

export const badSmsRequests: readonly BadRequest[] = [
  [
    'no signature',
    (at) => at.wire.sms(form(at), { headers: { 'x-twilio-signature': '' } }),
    401,
    'sms refused: bad_signature',
  ],
  ['another signature', (at) => at.wire.sms(form(at), { secret: 'guessed' }), 401, 'sms refused: bad_signature'],
  [
    'other words than were signed',
    (at) => at.wire.sms(form(at), { body: 'Body=Goodbye' }),
    401,
    'sms refused: bad_signature',
  ],
  ['another account', (at) => at.wire.sms(form(at, { AccountSid: 'AC0' })), 403, 'sms refused: foreign_account'],
  ['a message without its id', (at) => at.wire.sms(form(at, { MessageSid: '' })), 400, 'sms refused: no_message_sid'],
  [
    'JSON',
    (at) => at.wire.sms(form(at), { headers: { 'content-type': 'application/json' } }),
    415,
    'sms refused: bad_content_type',
  ],
  ['bytes that are no UTF-8', (at) => at.wire.sms(form(at), { body: brokenBytes }), 400, 'sms refused: bad_encoding'],
  ['a form without fields', (at) => at.wire.sms({}), 403, 'sms refused: foreign_account'],
  [
    'a query that was not signed',
    (at) => at.wire.sms(form(at), { unsigned: '?moon=full' }),
    401,
    'sms refused: bad_signature',
  ],
  [
    'a query nobody knows',
    (at) => at.wire.sms(form(at, { Body: ' ' }), { path: 'sms/inbound?moon=full' }),
    200,
    'sms ignored',
  ],
  ['a message to a number that is not ours', (at) => at.wire.sms(form(at, { To: '+15005550009' })), 200, 'sms ignored'],
  [
    'a message from our own number',
    (at) => at.wire.sms(form(at, { From: at.platforms.environment['TWILIO_FROM'] ?? '' })),
    200,
    'sms ignored',
  ],
  ['a message from no number', (at) => at.wire.sms(form(at, { From: 'ACME' })), 200, 'sms ignored'],
  ['a message without words', (at) => at.wire.sms(form(at, { Body: ' ' })), 200, 'sms ignored'],
  [
    'a status nobody knows',
    (at) => at.wire.sms(form(at, { MessageStatus: 'landed' }), { path: 'sms/status' }),
    200,
    'sms ignored',
  ],
];

const post = (
  { url, token }: Target,
  body: BodyInit,
  headers: Record<string, string> = {},
  path = 'messages',
): Promise<Response> =>
  fetch(`${url}/channels/web/${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });

export const badWebRequests: readonly BadRequest[] = [
  ['no session', (at) => post(at, '{}', { authorization: '' }), 401, 'web refused: bad_session'],
  [
    'a session that somebody made up',
    (at) => post(at, '{}', { authorization: 'Bearer me.9999999999999.x' }),
    401,
    'web refused: bad_session',
  ],
  [
    'a page of another site',
    (at) => post(at, '{}', { origin: 'https://elsewhere.example' }),
    403,
    'web refused: foreign_origin',
  ],
  ['broken JSON', (at) => post(at, '{"id":'), 400, 'web refused: bad_body'],
  ['a list', (at) => post(at, '[]'), 400, 'web refused: bad_body'],
  ['bytes that are no UTF-8', (at) => post(at, brokenBytes), 400, 'web refused: bad_encoding'],
  ['a message without an id', (at) => post(at, json({ text: 'Hello' })), 400, 'web refused: bad_body'],
  ['an id of any length', (at) => post(at, json({ id: 'x'.repeat(65), text: 'Hello' })), 400, 'web refused: bad_body'],
  ['a number for a text', (at) => post(at, json({ id: 'n', text: 7 })), 400, 'web refused: bad_body'],
  ['a message without words', (at) => post(at, json({ id: 'e', text: ' ' })), 202, 'web ignored'],
  [
    'a press on a case of the desk',
    (at) =>
      post(at, json({ id: 'p', message: 'm', action: 'claim:3f0a1c9e-0000-8000-a000-0123456789ab' }), {}, 'actions'),
    202,
    'web ignored',
  ],
  ['a query nobody knows', (at) => post(at, json({ id: 'q', text: '' }), {}, 'messages?moon=full'), 202, 'web ignored'],
];

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, expect, test, vi } from 'vitest';
import { openTwilioLab, type TwilioLab, type TwilioLabOptions } from './server.ts';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = 'token';
const from = '+15550001111';
const person = '+15552223333';
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const openLab = async (options: Partial<TwilioLabOptions> = {}): Promise<TwilioLab> => {
  const lab = await openTwilioLab({ accountSid, authToken, from, rateLimits: 'off', statusIntervalMs: 5, ...options });
  open.push(() => lab.close());
  return lab;
};

/** The real client with the host of every request replaced. */
const clientOf = (lab: TwilioLab, token = authToken) => {
  const inner = new twilio.RequestClient();
  const request: typeof inner.request = (options) =>
    inner.request({ ...options, uri: options.uri.replace('https://api.twilio.com', lab.url) });
  return twilio(accountSid, token, { httpClient: { request } as twilio.RequestClient });
};

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly form: Record<string, string>;
}

/** A webhook that answers as told and keeps what it was sent. */
const openWebhook = async (answer: (call: Call, count: number, response: ServerResponse) => void) => {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      const call = { headers: request.headers, form: Object.fromEntries(new URLSearchParams(body)) };
      calls.push(call);
      answer(call, calls.length, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms?tenant=a%20b`, calls };
};

const xml = (document: string) => (_call: Call, _count: number, response: ServerResponse) =>
  void response.setHeader('content-type', 'text/xml').end(document);
const silent = xml('<Response/>');

const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    ({ code, status }: { code: number; status: number }) => [code, status],
  );

const phone = (lab: TwilioLab) => lab.pane.view(person).messages.map(({ author, text }) => `${author.role}: ${text}`);

test('a sent message goes from queued to delivered, and each step is posted signed', async () => {
  const lab = await openLab();
  const callback = await openWebhook(silent);
  const sent = await clientOf(lab).messages.create({ to: person, from, body: 'Hello', statusCallback: callback.url });
  expect(sent).toMatchObject({ status: 'queued', direction: 'outbound-api', numSegments: '1', dateSent: null });
  await vi.waitFor(() =>
    expect(callback.calls.map(({ form }) => form['MessageStatus'])).toEqual(['sent', 'delivered']),
  );
  for (const { headers, form } of callback.calls)
    expect(twilio.validateRequest(authToken, String(headers['x-twilio-signature']), callback.url, form)).toBe(true);
  expect(await clientOf(lab).messages(sent.sid).fetch()).toMatchObject({
    status: 'delivered',
    dateSent: expect.any(Date),
  });
  expect(lab.pane.view(person).messages).toMatchObject([
    { id: sent.sid, text: 'Hello', markup: 'plain', status: 'delivered' },
  ]);
});

test('a number nobody answers at ends undelivered, and scrambled callbacks come late and twice', async () => {
  const lab = await openLab({ callbackOrder: 'scrambled' });
  const callback = await openWebhook(silent);
  lab.setFate(person, { status: 'undelivered', errorCode: 30003 });
  await clientOf(lab).messages.create({ to: person, from, body: 'Hello', statusCallback: callback.url });
  await vi.waitFor(() =>
    expect(callback.calls.map(({ form }) => [form['MessageStatus'], form['ErrorCode']])).toEqual([
      ['undelivered', '30003'],
      ['sent', undefined],
      ['sent', undefined],
    ]),
  );
});

test('what the platform refuses is refused with its own codes', async () => {
  const lab = await openLab();
  const send = (more: object) => refusal(clientOf(lab).messages.create({ to: person, from, body: 'x', ...more }));
  expect(await refusal(clientOf(lab, 'wrong').messages.create({ to: person, from, body: 'x' }))).toEqual([20003, 401]);
  expect(await send({ to: '' })).toEqual([21604, 400]);
  expect(await send({ to: '12' })).toEqual([21211, 400]);
  expect(await send({ from: '+15559999999' })).toEqual([21606, 400]);
  expect(await send({ body: '' })).toEqual([21619, 400]);
  expect(await send({ body: 'x'.repeat(1601) })).toEqual([21617, 400]);
  expect(await send({ body: 'x'.repeat(1600) })).toBe('accepted');
  expect(await refusal(clientOf(lab).messages('SM0').fetch())).toEqual([20404, 404]);
});

test('the 101st call in a second is told to slow down', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const lab = await openLab({ rateLimits: 'on' });
  const client = clientOf(lab);
  const results = await Promise.all(Array.from({ length: 101 }, () => refusal(client.messages('SM0').fetch())));
  expect(results.filter((result) => String(result) === '20429,429')).toHaveLength(1);
});

test('an inbound message is signed over the exact URL and its TwiML answer reaches the phone', async () => {
  const lab = await openLab();
  const webhook = await openWebhook(
    xml(
      '<?xml version="1.0"?><Response><Message>Fish &amp; chips</Message><Message><Body>two</Body></Message></Response>',
    ),
  );
  lab.setInboundUrl(`${webhook.url}#rc=1`);
  await lab.receive({
    from: person,
    body: ' menu? ',
    media: [{ bytes: Buffer.from('a picture'), contentType: 'image/png' }],
  });
  const { headers, form } = webhook.calls[0]!;
  expect(form).toMatchObject({
    Body: ' menu? ',
    From: person,
    To: from,
    SmsStatus: 'received',
    NumMedia: '1',
    MediaContentType0: 'image/png',
  });
  expect(headers['i-twilio-idempotency-token']).toEqual(expect.any(String));
  const signature = String(headers['x-twilio-signature']);
  expect(twilio.validateRequest(authToken, signature, webhook.url, form)).toBe(true);
  expect(twilio.validateRequest(authToken, signature, webhook.url, { ...form, Body: 'menu?' })).toBe(false);
  expect(phone(lab)).toEqual([`person:  menu? \n${form['MediaUrl0']}`, 'bot: Fish & chips', 'bot: two']);
});

test('an answer in plain text is sent to the person; broken XML and JSON are alerts', async () => {
  const lab = await openLab();
  const webhook = await openWebhook((call, _count, response) => {
    const [type = '', body = ''] = (call.form['Body'] ?? '').split('|');
    response.setHeader('content-type', type).end(body);
  });
  lab.setInboundUrl(webhook.url);
  await lab.receive({ from: person, body: 'text/plain; charset=utf-8|OK' });
  expect(phone(lab)).toContain('bot: OK');
  await lab.receive({ from: person, body: 'text/xml|<Response><Message>x</Response>' });
  await lab.receive({ from: person, body: 'application/json|{}' });
  await lab.receive({ from: person, body: 'text/xml|' });
  expect(lab.alerts().map(({ code }) => code)).toEqual([12100, 12300]);
});

test('a failing webhook is repeated as its URL asks, under one idempotency token', async () => {
  const lab = await openLab();
  const webhook = await openWebhook((_call, count, response) => void response.writeHead(count < 3 ? 503 : 200).end());
  lab.setInboundUrl(`${webhook.url}#rc=2&rp=5xx`);
  expect(await lab.receive({ from: person, body: 'hi' })).toMatchObject({ status: 200, attempts: 3 });
  expect(new Set(webhook.calls.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  const failing = await openWebhook((_call, _count, response) => void response.writeHead(500).end());
  lab.setInboundUrl(failing.url);
  expect(await lab.receive({ from: person, body: 'hi' })).toMatchObject({ status: 500, attempts: 1 });
  expect(lab.alerts().map(({ code }) => code)).toEqual([11200]);
});

test('STOP silences us until START, the platform answers itself, and our webhook still hears both', async () => {
  const lab = await openLab();
  const webhook = await openWebhook(xml('<Response><Message>bye</Message></Response>'));
  lab.setInboundUrl(webhook.url);
  const send = () => refusal(clientOf(lab).messages.create({ to: person, from, body: 'x' }));
  await lab.receive({ from: person, body: 'please stop that' });
  expect(await send()).toBe('accepted');
  await lab.receive({ from: person, body: ' Stop ' });
  expect(await send()).toEqual([21610, 400]);
  expect(lab.alerts().map(({ code }) => code)).toEqual([21610]);
  expect(phone(lab).at(-1)).toMatch('bot: You have successfully been unsubscribed');
  await lab.receive({ from: person, body: 'yes' });
  expect(phone(lab).at(-2)).toMatch('bot: You have successfully been re-subscribed');
  expect(await send()).toBe('accepted');
  expect(webhook.calls.map(({ form }) => form['Body'])).toEqual(['please stop that', ' Stop ', 'yes']);
});

test('messages are listed newest first by number and date, page by page, and redaction empties the body', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  const started = new Date();
  for (const body of ['one', 'two', 'three']) await client.messages.create({ to: person, from, body });
  await client.messages.create({ to: '+15554445555', from, body: 'other' });
  const listed = await client.messages.list({ to: person, from, dateSentAfter: started, pageSize: 2 });
  expect(listed.map(({ body }) => body)).toEqual(['three', 'two', 'one']);
  expect(await client.messages.list({ dateSentAfter: new Date(Date.now() + 60_000) })).toEqual([]);
  const { sid } = listed[0]!;
  await vi.waitFor(async () => expect((await client.messages(sid).fetch()).status).toBe('delivered'));
  expect((await client.messages(sid).update({ body: '' })).body).toBe('');
  expect(phone(lab)).toContain('bot: three');
});

test('a long code sends one segment a second, so a second message waits in the queue', async () => {
  const lab = await openLab({ rateLimits: 'on' });
  const client = clientOf(lab);
  const first = await client.messages.create({ to: person, from, body: '“'.repeat(71) });
  const second = await client.messages.create({ to: person, from, body: 'next', validityPeriod: 1 });
  expect(first.numSegments).toBe('2');
  await vi.waitFor(async () => expect((await client.messages(first.sid).fetch()).status).toBe('delivered'));
  expect((await client.messages(second.sid).fetch()).status).toBe('queued');
  await vi.waitFor(
    async () => expect(await client.messages(second.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 30036 }),
    10_000,
  );
});

test('a person writes from the pane, and a text message has neither threads nor buttons', async () => {
  const lab = await openLab();
  const webhook = await openWebhook(silent);
  lab.setInboundUrl(webhook.url);
  const rooms: string[] = [];
  lab.pane.onChange((room) => rooms.push(room));
  const id = await lab.pane.say({ room: person, user: person, text: 'hi' });
  await vi.waitFor(() => expect(webhook.calls[0]?.form['MessageSid']).toBe(id));
  expect(rooms).toEqual([person]);
  await expect(lab.pane.say({ room: person, user: person, text: 'hi', thread: id })).rejects.toThrow('no threads');
  await expect(lab.pane.press({ room: person, user: person, message: id, action: 'x' })).rejects.toThrow('no buttons');
});

test('on WhatsApp free text reaches only a person who wrote within a day', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  const ends = { to: `whatsapp:${person}`, from: `whatsapp:${from}` };
  expect(await refusal(client.messages.create({ ...ends, from, body: 'x' }))).toEqual([21606, 400]);
  const early = await client.messages.create({ ...ends, body: 'hello?' });
  await vi.waitFor(async () =>
    expect(await client.messages(early.sid).fetch()).toMatchObject({ status: 'failed', errorCode: 63016 }),
  );
  await lab.receive({ from: ends.to, body: 'hi' });
  const answer = await client.messages.create({ ...ends, body: 'hello' });
  await vi.waitFor(async () => expect((await client.messages(answer.sid).fetch()).status).toBe('delivered'));
});

test('a file of a message is at the account’s own address, which leads to a store that takes no credentials', async () => {
  const lab = await openLab();
  const webhook = await openWebhook(silent);
  lab.setInboundUrl(webhook.url);
  await lab.receive({ from: person, body: '', media: [{ bytes: Buffer.from('a picture'), contentType: 'image/png' }] });
  const address = webhook.calls[0]!.form['MediaUrl0']!;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  expect((await fetch(address)).status).toBe(401);
  const led = await fetch(address, { headers: { authorization }, redirect: 'manual' });
  expect(led.status).toBe(307);
  const store = new URL(led.headers.get('location')!, address);
  expect((await fetch(store, { headers: { authorization } })).status).toBe(400);
  const file = await fetch(store);
  expect([file.headers.get('content-type'), await file.text()]).toEqual(['image/png', 'a picture']);
});

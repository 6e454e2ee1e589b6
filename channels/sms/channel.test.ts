import { afterEach, expect, test, vi } from 'vitest';
import type { AttachmentKey, Channel, InboundEvent, ThreadKey } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { openTwilioLab, type TwilioLab, type TwilioLabOptions } from '#lab/twilio/server.ts';
import { createWebhookServer } from '#test/support/webhook-server.ts';
import { createSmsChannel } from './channel.ts';

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token', from: '+15550001111' };
const person = '+15552223333';
const thread = JSON.stringify({ from: person, to: account.from }) as ThreadKey;
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A lab and the channel served where the lab posts to. The signed address is the public one: the proxy in between is gone. */
const openAll = async (options: Partial<TwilioLabOptions> = {}) => {
  const lab = await openTwilioLab({ ...account, rateLimits: 'off', statusIntervalMs: 5, ...options });
  open.push(() => lab.close());
  const refusals: string[] = [];
  const server = await createWebhookServer({
    webhook: async (request) => {
      try {
        return await channel.webhook!(request);
      } catch (error) {
        refusals.push(error instanceof Refused ? error.reason : 'failed');
        throw error;
      }
    },
  });
  open.push(() => server[Symbol.asyncDispose]());
  const publicUrl = server.url;
  const events: (InboundEvent | null)[] = [];
  const failures: Error[] = [];
  const channel = createSmsChannel({ ...account, apiUrl: lab.url, publicUrl: `${publicUrl}/` });
  await channel.start(async (event) => {
    const failure = failures.shift();
    if (failure) throw failure;
    events.push(event);
  });
  lab.setInboundUrl(`${publicUrl}/channels/sms/inbound?tenant=a%20b`);
  return { lab, channel, events, failures, refusals, publicUrl };
};

const phone = (lab: TwilioLab) => lab.pane.view(person).messages.map(({ author, text }) => `${author.role}: ${text}`);

const problem = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    (error: unknown) => (error instanceof ChannelError ? `${error.reason}: ${error.code}` : error),
  );

test('trap 35: a text message is received as it was written, and nothing is answered in its place', async () => {
  const { lab, events } = await openAll();
  const answer = await lab.receive({ from: person, body: ' Where is  my order? ' });
  expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', body: '<Response/>' });
  expect(events).toMatchObject([{ text: ' Where is  my order? ', thread, sender: { id: person } }]);
  expect(phone(lab)).toEqual(['person:  Where is  my order? ']);
});

test('a message that could not be stored is delivered again under the same id', async () => {
  const { lab, events, failures, publicUrl } = await openAll();
  lab.setInboundUrl(`${publicUrl}/channels/sms/inbound#rc=2&rp=all`);
  failures.push(new Error('the database is away'));
  expect(await lab.receive({ from: person, body: 'Hello' })).toMatchObject({ status: 200, attempts: 2 });
  expect(events).toMatchObject([{ text: 'Hello' }]);
});

test('STOP is told as a wish; afterwards the platform takes nothing for this person', async () => {
  const { lab, channel, events } = await openAll();
  await lab.receive({ from: person, body: 'stop' });
  expect(events).toMatchObject([{ kind: 'consent', given: false, how: 'STOP', thread, sender: { id: person } }]);
  expect(await problem(channel.send(thread, { text: 'Please stay' }, 'k'))).toBe('no_consent: 21610');
});

test('trap 34: what is not signed with our token, over our address, is refused and never received', async () => {
  const { lab, events, refusals, publicUrl } = await openAll({ authToken: 'other' });
  expect(await lab.receive({ from: person, body: 'Hello' })).toMatchObject({ status: 401 });
  const post = async (path: string, headers: Record<string, string>, body = 'MessageSid=SM1') =>
    (await fetch(publicUrl + path, { method: 'POST', body, headers })).status;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await post('/channels/sms/inbound', form)).toBe(401);
  expect(await post('/channels/sms/inbound', { 'content-type': 'application/json' })).toBe(415);
  expect(await post('/channels/sms/other', form)).toBe(404);
  expect(await post('/channels/sms/inbound', form, 'x'.repeat(4_200_000))).toBe(413);
  expect((await fetch(`${publicUrl}/channels/sms/inbound`)).status).toBe(405);
  expect(refusals.slice(0, 2)).toEqual(['bad_signature', 'bad_signature']);
  expect(events).toEqual([]);
});

test('a signed webhook of another account, or without a message, is refused', async () => {
  const { lab, events } = await openAll();
  expect(await lab.deliver({ AccountSid: `AC${'9'.repeat(32)}`, MessageSid: 'SM1' })).toMatchObject({ status: 403 });
  expect(await lab.deliver({ AccountSid: account.accountSid, Body: 'Hello' })).toMatchObject({ status: 400 });
  expect(events).toEqual([]);
});

test('a sent message is plain text on the phone, and its way there is told', async () => {
  const { lab, channel, events } = await openAll();
  const sent = await channel.send(thread, { text: '“**Hold** the [button](https://example.com/b)”' }, 'k');
  expect(sent.thread).toBe(thread);
  expect(phone(lab)).toEqual(['bot: "Hold the button (https://example.com/b)"']);
  await vi.waitFor(() =>
    expect(events).toMatchObject([
      { kind: 'delivery', message: sent.message, status: 'sent', key: 'k' },
      { kind: 'delivery', message: sent.message, status: 'delivered' },
    ]),
  );
});

test('a message that did not reach the phone is told with the carrier’s reason', async () => {
  const { lab, channel, events } = await openAll();
  lab.setFate(person, { status: 'undelivered', errorCode: 30003 });
  await channel.send(thread, { text: 'Hello' }, 'k');
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'delivery', status: 'failed', code: '30003' }));
});

test('an opt-out that the platform tells only afterwards is a wish to be written to no more', async () => {
  const { lab, channel, events } = await openAll();
  lab.setFate(person, { status: 'failed', errorCode: 21610 });
  await channel.send(thread, { text: 'Hello' }, 'k');
  await vi.waitFor(() =>
    expect(events).toMatchObject([
      { kind: 'delivery', status: 'failed', code: '21610' },
      { kind: 'consent', given: false, how: '21610', thread, sender: { id: person } },
    ]),
  );
  expect(channel.explain!('30003')).toBe('the phone is switched off or out of reach');
  expect(channel.explain!('http_400')).toBeNull();
});

test('trap 39: a sent message is found by its text, the newest where there are two, after a restart too', async () => {
  const { lab, channel } = await openAll();
  const since = new Date();
  const find = (text: string, by: Channel, from = since) => by.findSent!(thread, 'k', from, { text });
  expect(await find('One', channel)).toBeNull();
  await channel.send(thread, { text: 'One' }, 'k1');
  const second = await channel.send(thread, { text: 'Two' }, 'k2');
  const third = await channel.send(thread, { text: 'One' }, 'k3');
  const restarted = createSmsChannel({ ...account, apiUrl: lab.url });
  for (const by of [channel, restarted]) {
    expect(await find('One', by)).toEqual(third);
    expect(await find('Two', by)).toEqual(second);
    expect(await find('Three', by)).toBeNull();
  }
  expect(await find('One', channel, new Date(Date.now() + 120_000))).toBeNull();
});

test('trap 38: a file is read from where the platform keeps it, and our credentials go no further than our account', async () => {
  const { lab, channel, events } = await openAll();
  await lab.receive({
    from: person,
    body: '',
    media: [{ bytes: Buffer.from('a picture'), contentType: 'image/jpeg' }],
  });
  const [event] = events;
  const [file] = event?.kind === 'message' ? (event.attachments ?? []) : [];
  expect(file).toMatchObject({ name: 'image-1.jpeg', mediaType: 'image/jpeg', size: null });
  // The store behind it refuses whoever shows it credentials of another place.
  expect(Buffer.from(await channel.download!(file!.key, 100)).toString()).toBe('a picture');
  expect(await problem(channel.download!(file!.key, 5))).toBe('refused: too_large');
  const at = (address: string) => problem(channel.download!(address as AttachmentKey, 100));
  expect(await at('https://example.com/picture')).toBe('refused: foreign_host');
  expect(await at('https://api.twilio.com.example.com/picture')).toBe('refused: foreign_host');
  expect(await at('nowhere')).toBe('refused: foreign_host');
  expect(await at(file!.key.replace(account.accountSid, `AC${'9'.repeat(32)}`))).toBe('refused: 401');
});

test('each failure says whether a retry makes sense', async () => {
  const { lab, channel } = await openAll();
  const send = (to: string, from = account.from) =>
    problem(channel.send(JSON.stringify({ from: to, to: from }) as ThreadKey, { text: 'x' }, 'k'));
  expect(await send('12')).toBe('unreachable: 21211');
  expect(await send(person, '+15559999999')).toBe('refused: 21606');
  expect(
    await problem(createSmsChannel({ ...account, authToken: 'x', apiUrl: lab.url }).send(thread, { text: 'x' }, 'k')),
  ).toBe('rate_limited: 20003');
  expect(await channel.health!()).toEqual({ ok: true });
  await lab.close();
  expect(await send(person)).toBe('ambiguous: no_answer');
  expect(await channel.health!()).toEqual({ ok: false, problem: 'no_answer' });
});

test('too many calls at once are told to wait', async () => {
  const { channel } = await openAll({ rateLimits: 'on' });
  const burst = await Promise.allSettled(
    Array.from({ length: 250 }, () => channel.findSent!(thread, 'k', new Date(), { text: 'x' })),
  );
  const limited = burst.flatMap((result) => (result.status === 'rejected' ? [result.reason as ChannelError] : []));
  expect(limited[0]).toMatchObject({ reason: 'rate_limited', code: '20429', retryAfterMs: expect.any(Number) });
});

test('settings that cannot work are told by name', () => {
  expect(() => createSmsChannel({ ...account, from: '0123', accountSid: 'AC1' })).toThrow(/accountSid[\s\S]*from/);
});

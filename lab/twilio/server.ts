import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { LabServer, Pane } from '#lab/pane.ts';
import { createAccount, isPhoneNumber, type Account, type Alert } from './account.ts';
import { createCarrier, type Fate } from './carrier.ts';
import type { Incoming } from './inbound-form.ts';
import { createMessageStore, personOf, toWireMessage, type MessageStore, type StoredMessage } from './messages.ts';
import { createOptOuts } from './opt-out.ts';
import { TwilioRefusal, toRefusalBody } from './refusal.ts';
import { createWebhooks, type Form, type WebhookAnswer } from './webhook.ts';

const bodySizeMaxBytes = 256 * 1024;
const pageSizeDefault = 50;
const pageSizeMax = 1000;
const validityMaxSeconds = 36_000;
/** The platform limits concurrency and names no number; a hundred calls a second is our reading. */
const callsPerSecondMax = 100;
/** twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
const realWebhookTimeoutMs = 15_000;
const realStatusIntervalMs = 250;

export interface TwilioLabOptions {
  /** 0 or absent takes a free one. */
  readonly port?: number;
  readonly accountSid: string;
  readonly authToken: string;
  /** The account's one number, E.164. */
  readonly from: string;
  /** Our webhook exactly as configured at the platform; it is what gets signed. */
  readonly inboundUrl?: string;
  /** `on`: 100 API calls a second, and one segment a second out of the queue. */
  readonly rateLimits?: 'on' | 'off';
  /** Between queued, sent and delivered. */
  readonly statusIntervalMs?: number;
  readonly callbackOrder?: 'kept' | 'scrambled';
  readonly webhookTimeoutMs?: number;
}

export interface TwilioLab extends LabServer {
  readonly name: 'twilio';
  /** Rooms are the phone numbers of persons. */
  readonly pane: Pane;
  /** A person's message; resolves with the app's answer to the webhook, or null when no webhook is set. */
  receive(message: Incoming): Promise<WebhookAnswer | null>;
  /** Posts a raw signed form to the inbound webhook and does nothing with the answer. */
  deliver(form: Form): Promise<WebhookAnswer>;
  setInboundUrl(url: string): void;
  /** What becomes of later messages to this number. */
  setFate(number: string, fate: Fate): void;
  alerts(): Alert[];
}

const toFields = (body: string): { one: (name: string) => string | undefined; many: (name: string) => string[] } => {
  const fields = new URLSearchParams(body);
  return { one: (name) => fields.get(name) ?? undefined, many: (name) => fields.getAll(name) };
};

const createMessage = (account: Account, body: string): StoredMessage => {
  const fields = toFields(body);
  const validitySeconds = Number(fields.one('ValidityPeriod') ?? validityMaxSeconds);
  if (!Number.isInteger(validitySeconds) || validitySeconds < 1 || validitySeconds > validityMaxSeconds)
    throw new TwilioRefusal(20001, 'ValidityPeriod');
  return account.send({
    to: fields.one('To') || undefined,
    from: fields.one('From') || undefined,
    body: fields.one('Body') ?? '',
    mediaUrls: fields.many('MediaUrl'),
    statusCallback: fields.one('StatusCallback') || null,
    validitySeconds,
    direction: 'outbound-api',
  });
};

const isInProgress = (message: StoredMessage) => message.status === 'queued' || message.status === 'sent';

/** The two changes the API allows: an empty body redacts, `canceled` is for scheduled messages only. */
const changeMessage = (store: MessageStore, message: StoredMessage, body: string): void => {
  const fields = toFields(body);
  if (fields.one('Status') !== undefined) throw new TwilioRefusal(30409);
  if (fields.one('Body') !== '') throw new TwilioRefusal(20001, 'Body');
  if (isInProgress(message)) throw new TwilioRefusal(20009);
  store.set(message, { body: '' });
};

const toTime = (value: string, name: string): number => {
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new TwilioRefusal(20001, name);
  return time;
};

const listMessages = (context: Context, store: MessageStore, accountSid: string) => {
  const query = new URL(context.req.url).searchParams;
  const size = Math.min(pageSizeMax, Number(query.get('PageSize') ?? pageSizeDefault));
  const page = Number(query.get('Page') ?? 0);
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(page) || page < 0)
    throw new TwilioRefusal(20001, 'PageSize');
  const [to, from, on, after, before] = ['To', 'From', 'DateSent', 'DateSent>', 'DateSent<'].map((name) =>
    query.get(name),
  );
  const found = store.all().filter((message) => {
    const time = (message.sentAt ?? message.createdAt).getTime();
    // Dates are printed in whole seconds, so a bound counts the whole second it names.
    const isAfter = !after || time >= toTime(after, 'DateSent>');
    const isBefore = !before || time < toTime(before, 'DateSent<') + 1000;
    const isOn =
      !on || new Date(time).toISOString().startsWith(new Date(toTime(on, 'DateSent')).toISOString().slice(0, 10));
    return (!to || message.to === to) && (!from || message.from === from) && isAfter && isBefore && isOn;
  });
  const newestFirst = found.toReversed();
  const pageUri = (index: number) => {
    const next = new URLSearchParams(query);
    next.set('PageSize', String(size));
    next.set('Page', String(index));
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${next}`;
  };
  const shown = newestFirst.slice(page * size, (page + 1) * size);
  return {
    messages: shown.map((message) => toWireMessage(accountSid, message)),
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(0, shown.length - 1),
    uri: pageUri(page),
    first_page_uri: pageUri(0),
    previous_page_uri: page > 0 ? pageUri(page - 1) : null,
    next_page_uri: (page + 1) * size < newestFirst.length ? pageUri(page + 1) : null,
  };
};

/** Counts calls in one-second windows. Throws 20429. */
const createCallLimit = (isOn: boolean) => {
  let window = 0;
  let calls = 0;
  return () => {
    const second = Math.floor(Date.now() / 1000);
    calls = second === window ? calls + 1 : 1;
    window = second;
    if (isOn && calls > callsPerSecondMax) throw new TwilioRefusal(20429);
  };
};

const createRoutes = (options: TwilioLabOptions, account: Account, store: MessageStore, state: () => unknown): Hono => {
  const { accountSid, authToken } = options;
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const countCall = createCallLimit(options.rateLimits !== 'off');
  const find = (file: string): StoredMessage => {
    const message = store.get(file.replace(/\.json$/, ''));
    if (!message) throw new TwilioRefusal(20404, `/2010-04-01/Accounts/${accountSid}/Messages/${file}`);
    return message;
  };
  const app = new Hono();
  app.onError((error, context) => {
    if (!(error instanceof TwilioRefusal)) throw error;
    return context.json(toRefusalBody(error), error.status as ContentfulStatusCode);
  });
  app.use(bodyLimit({ maxSize: bodySizeMaxBytes }));
  app.get('/lab/state', (context) => context.json(state() as object));
  app.use('/2010-04-01/Accounts/:sid/*', async (context, next) => {
    if (context.req.header('authorization') !== credentials) throw new TwilioRefusal(20003);
    if (context.req.param('sid') !== accountSid) throw new TwilioRefusal(20404, context.req.path);
    countCall();
    await next();
  });
  const messages = '/2010-04-01/Accounts/:sid/Messages';
  app.post(`${messages}.json`, async (context) =>
    context.json(toWireMessage(accountSid, createMessage(account, await context.req.text())), 201),
  );
  app.get(`${messages}.json`, (context) => context.json(listMessages(context, store, accountSid)));
  app.get(`${messages}/:file`, (context) => context.json(toWireMessage(accountSid, find(context.req.param('file')))));
  app.post(`${messages}/:file`, async (context) => {
    const message = find(context.req.param('file'));
    changeMessage(store, message, await context.req.text());
    return context.json(toWireMessage(accountSid, message));
  });
  app.delete(`${messages}/:file`, (context) => {
    const message = find(context.req.param('file'));
    if (isInProgress(message)) throw new TwilioRefusal(20009);
    store.remove(message.sid);
    return context.body(null, 204);
  });
  app.notFound((context) => context.json(toRefusalBody(new TwilioRefusal(20404, context.req.path)), 404));
  return app;
};

/** The phone in the person's hand. */
const createPane = (store: MessageStore, account: Account): Pane => ({
  view: (room) => ({
    room,
    typing: null,
    messages: store
      .all()
      .filter((message) => personOf(message) === room)
      .map((message) => ({
        id: message.sid,
        thread: null,
        author: {
          id: message.from,
          name: message.from,
          role: message.direction === 'inbound' ? ('person' as const) : ('bot' as const),
        },
        markup: 'plain' as const,
        text: [message.received, ...message.mediaUrls].filter(Boolean).join('\n'),
        facts: [],
        actions: [],
        edited: false,
        sentAt: message.createdAt.toISOString(),
        status: message.status,
      })),
  }),
  onChange: (listener) => store.onChange(listener),
  async say({ room, user, text, thread }) {
    if (user !== room) throw new Error(`Only ${room} can write from ${room}`);
    if (thread !== undefined) throw new Error('A text message has no threads');
    if (text === '') throw new TwilioRefusal(21619);
    return account.receive({ from: room, body: text }).message.sid;
  },
  press: () => Promise.reject(new Error('A text message has no buttons')),
});

/** Opens one Twilio account with one number on a loopback port: the Messages API, signed webhooks, TwiML replies, opt-outs. */
export const openTwilioLab = async (options: TwilioLabOptions): Promise<TwilioLab> => {
  if (!isPhoneNumber(options.from)) throw new Error(`The account's number is not E.164: ${options.from}`);
  let { inboundUrl } = options;
  const { accountSid } = options;
  const store = createMessageStore();
  const optOuts = createOptOuts();
  const webhooks = createWebhooks(options.authToken, options.webhookTimeoutMs ?? realWebhookTimeoutMs);
  const carrier = createCarrier({
    accountSid,
    store,
    webhooks,
    isPaced: options.rateLimits !== 'off',
    statusIntervalMs: options.statusIntervalMs ?? realStatusIntervalMs,
    callbackOrder: options.callbackOrder ?? 'kept',
  });
  const account = createAccount({
    accountSid,
    from: options.from,
    store,
    carrier,
    optOuts,
    webhooks,
    inboundUrl: () => inboundUrl,
  });
  const state = () => ({
    messages: store.all().map((message) => toWireMessage(accountSid, message)),
    optedOut: optOuts.all(),
    alerts: account.alerts(),
  });
  const server = createServer(getRequestListener(createRoutes(options, account, store, state).fetch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const close = async () => {
    carrier.close();
    webhooks.close();
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return {
    name: 'twilio',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pane: createPane(store, account),
    receive: (message) => account.receive(message).answered,
    deliver: async (form) => {
      if (!inboundUrl) throw new Error('No inbound webhook is set');
      return webhooks.post(inboundUrl, form);
    },
    setInboundUrl: (url) => {
      inboundUrl = url;
    },
    setFate: carrier.setFate,
    alerts: account.alerts,
    state,
    close,
    [Symbol.asyncDispose]: close,
  };
};

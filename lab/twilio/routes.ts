import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Wording } from '#lab/faults/calls.ts';
import type { Account } from './account.ts';
import type { MediaStore } from './media.ts';
import { toWireMessage, type MessageStore, type StoredMessage } from './messages.ts';
import { TwilioRefusal, toRefusalBody } from './refusal.ts';

type Bound = { Bindings: HttpBindings };

const bodySizeMaxBytes = 256 * 1024;
const pageSizeDefault = 50;
const pageSizeMax = 1000;
const validityMaxSeconds = 36_000;
/** The platform limits concurrency and names no number; a hundred calls a second is our reading. */
const callsPerSecondMax = 100;

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
    contentSid: fields.one('ContentSid') || undefined,
    contentVariables: fields.one('ContentVariables') || undefined,
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

export interface CallLimit {
  /** Counts a call. Throws 20429. */
  take(): void;
  /** Calls told to slow down so far. */
  refused(): number;
}

/** Counts calls in one-second windows. */
export const createCallLimit = (isOn: boolean): CallLimit => {
  let window = 0;
  let calls = 0;
  let refused = 0;
  return {
    refused: () => refused,
    take() {
      const second = Math.floor(Date.now() / 1000);
      calls = second === window ? calls + 1 : 1;
      window = second;
      if (!isOn || calls <= callsPerSecondMax) return;
      refused += 1;
      throw new TwilioRefusal(20429);
    },
  };
};

const messageFile = /^\/2010-04-01\/Accounts\/[^/]+\/Messages(\/[^/]+)?(?:\.json)?$/;

/** What the SDK calls the call, for example `Messages.create`, or null when it is none of the platform's. */
export const namesOf = ({ req: { method, path } }: Context): readonly string[] | null => {
  if (path.startsWith('/_lab/')) return null;
  const found = messageFile.exec(path);
  if (!found) return [path];
  const isOne = found[1] !== undefined;
  const verbs: Record<string, string> = isOne
    ? { GET: 'fetch', POST: 'update', DELETE: 'remove' }
    : { GET: 'list', POST: 'create' };
  return [`Messages.${verbs[method] ?? method}`];
};

export const wording: Wording = {
  rateLimit: (context, seconds) =>
    context.json(toRefusalBody(new TwilioRefusal(20429)), 429, { 'retry-after': String(Math.ceil(seconds)) }),
  error: (context, status) =>
    context.json(
      {
        code: 20_000 + status,
        message: status === 503 ? 'Service Unavailable' : 'Internal Server Error',
        more_info: `https://www.twilio.com/docs/errors/${20_000 + status}`,
        status,
      },
      status as 500,
    ),
};

interface Parts {
  readonly accountSid: string;
  readonly authToken: string;
  readonly account: Account;
  readonly store: MessageStore;
  readonly media: MediaStore;
  readonly limit: CallLimit;
}

/** The Messages API. */
export const createRoutes = ({ accountSid, authToken, account, store, media, limit }: Parts): Hono<Bound> => {
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const find = (file: string): StoredMessage => {
    const message = store.get(file.replace(/\.json$/, ''));
    if (!message) throw new TwilioRefusal(20404, `/2010-04-01/Accounts/${accountSid}/Messages/${file}`);
    return message;
  };
  const app = new Hono<Bound>();
  app.onError((error, context) => {
    if (!(error instanceof TwilioRefusal)) throw error;
    return context.json(toRefusalBody(error), error.status as ContentfulStatusCode);
  });
  app.use(bodyLimit({ maxSize: bodySizeMaxBytes }));
  app.use('/2010-04-01/Accounts/:sid/*', async (context, next) => {
    if (context.req.header('authorization') !== credentials) throw new TwilioRefusal(20003);
    if (context.req.param('sid') !== accountSid) throw new TwilioRefusal(20404, context.req.path);
    limit.take();
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
  app.get('/2010-04-01/Accounts/:sid/Messages/:message/Media/:media', (context) => {
    const found = media.find(context.req.param('media'));
    if (!found) throw new TwilioRefusal(20404, context.req.path);
    return context.redirect(`/_store/${found.key}`, 307);
  });
  // Where the file is kept: a way in of its own, and whoever shows another is refused, as at any store of signed addresses.
  app.get('/_store/:key', (context) => {
    const found = media.open(context.req.param('key'));
    if (!found) return context.text('NoSuchKey', 404);
    if (context.req.header('authorization') !== undefined) return context.text('InvalidArgument', 400);
    return context.body(new Uint8Array(found.bytes), 200, { 'content-type': found.contentType });
  });
  app.notFound((context) => context.json(toRefusalBody(new TwilioRefusal(20404, context.req.path)), 404));
  return app;
};

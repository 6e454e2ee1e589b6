import twilio from 'twilio';
import type { Channel, ChannelHealth, Receive, SentKey, SentMessage, ThreadKey } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { isOnWhatsApp } from './address.ts';
import { smsConfig, type SmsConfig, type SmsConfigInput } from './config.ts';
import { call, explain, outsideWindow, optedOut } from './failure.ts';
import { download, takesMedia } from './files.ts';
import type { Form } from './form.ts';
import { readThreadKey, toInbound, toInboundDelivery, toWithdrawal } from './receive.ts';
import { fitsBody, renderBody } from './render.ts';

const callTimeoutMs = 15_000;
/** An answer that could not go out for ten minutes is worse than none; the platform would try for ten hours. */
const validitySeconds = 600;
/** Far more than a message holds: who writes too much is told so, which takes reading it. */
const requestSizeMaxBytes = 4 * 1024 * 1024;
const searchMax = 50;
const clockSkewMs = 60_000;
/** WhatsApp takes free words for so long after a person has written. */
const whatsappWindowMs = 24 * 3_600_000;

/** The platform queues for the carrier; of calls it names no number and answers 20429 to too many at once. */
const calls = { size: 20, refillPerMinute: 600 };

const createClient = ({ accountSid, authToken, apiUrl }: SmsConfig) => {
  const httpClient = new twilio.RequestClient({ timeout: callTimeoutMs });
  const request = httpClient.request.bind(httpClient);
  if (apiUrl !== undefined)
    httpClient.request = (options) =>
      request({ ...options, uri: options.uri.replace('https://api.twilio.com', apiUrl) });
  return twilio(accountSid, authToken, { httpClient });
};

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(400, 'bad_encoding');
  }
};

/** All fields as sent: nothing trimmed, empty ones kept, repeated ones listed, since the signature covers them. */
const readForm = async (request: Request): Promise<Form> => {
  if (request.method !== 'POST') throw new Refused(405, 'bad_method', { allow: 'POST' });
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw new Refused(415, 'bad_content_type');
  if (Number(request.headers.get('content-length') ?? 0) > requestSizeMaxBytes)
    throw new Refused(413, 'body_too_large');
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > requestSizeMaxBytes) throw new Refused(413, 'body_too_large');
  const fields = new URLSearchParams(decode(body));
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
};

const toSent = (sid: string, thread: ThreadKey): SentMessage => ({ message: sid as SentKey, thread });

/** Our words within a template that the platform takes at any time. Throws ChannelError where there is none. */
const toTemplate = ({ whatsappTemplate }: SmsConfig, body: string) => {
  if (!whatsappTemplate) throw new ChannelError('sms', 'refused', outsideWindow);
  return { contentSid: whatsappTemplate, contentVariables: JSON.stringify({ 1: body }) };
};

const createOutbound = (
  config: SmsConfig,
  client: twilio.Twilio,
): Required<Pick<Channel, 'send' | 'findSent' | 'budget' | 'freeWordsMs'>> => {
  const statusUrl = config.publicUrl && `${config.publicUrl}/channels/sms/status`;
  return {
    budget: (thread) => ({ scope: readThreadKey(thread).to, ...calls }),

    freeWordsMs: (thread) => (isOnWhatsApp(readThreadKey(thread).from) ? whatsappWindowMs : null),

    async send(thread, message, key) {
      const { from: person, to: number } = readThreadKey(thread);
      const body = renderBody(message, isOnWhatsApp(person));
      const sent = await call(
        client.messages.create({
          to: person,
          // With a service, too: the number that the conversation was begun on, and not any of its pool.
          from: number,
          ...(message.isLate ? toTemplate(config, body) : { body }),
          // The platform fetches it, and gives it to the carrier.
          ...(message.file === undefined || message.isLate ? {} : { mediaUrl: [message.file.url] }),
          ...(config.messagingServiceSid === undefined ? {} : { messagingServiceSid: config.messagingServiceSid }),
          validityPeriod: validitySeconds,
          // A report may come before the answer to this call: it names the message as we do.
          ...(statusUrl === undefined ? {} : { statusCallback: `${statusUrl}?key=${encodeURIComponent(key)}` }),
        }),
      );
      return toSent(sent.sid, thread);
    },

    /** By its body, since the platform keeps no key of ours; the list begins with the newest. */
    async findSent(thread, _, since, message) {
      const { from: person, to: number } = readThreadKey(thread);
      const body = renderBody(message, isOnWhatsApp(person));
      // A template has words of its own around ours.
      const isIt = (found: string): boolean => (message.isLate ? found.includes(body) : found === body);
      const sinceMs = since.getTime() - clockSkewMs;
      const listed = await call(client.messages.list({ to: person, from: number, limit: searchMax }));
      const found = listed.find((sent) => sent.dateCreated.getTime() >= sinceMs && isIt(sent.body));
      return found ? toSent(found.sid, thread) : null;
    },
  };
};

/** Throws Refused 401 unless the platform signed these fields for our public address. */
const verify = ({ authToken, publicUrl }: SmsConfig, request: Request, form: Form): void => {
  const { origin, pathname, search } = new URL(request.url);
  const signature = request.headers.get('x-twilio-signature') ?? '';
  const signed = `${publicUrl ?? origin}${pathname}${search}`;
  if (!twilio.validateRequest(authToken, signature, signed, form)) throw new Refused(401, 'bad_signature');
};

/**
 * Text messages and WhatsApp over Twilio, from one number or several. Webhooks: `/channels/sms/inbound` and `/channels/sms/status`.
 * Throws a ZodError when the settings are wrong.
 */
export const createSmsChannel = (settings: SmsConfigInput): Channel => {
  const config = smsConfig.parse(settings);
  const client = createClient(config);
  let started: Receive | undefined;

  const receive: Receive = (event) => {
    if (!started) throw new Error('The sms channel is not started');
    return started(event);
  };

  return {
    name: 'sms',
    limits: { editIntervalMs: Infinity, partsAtOnce: 1 },
    fits: (message, thread) => fitsBody(message, thread !== undefined && isOnWhatsApp(readThreadKey(thread).from)),

    async start(given) {
      started = given;
    },

    async stop() {
      started = undefined;
    },

    ...createOutbound(config, client),

    takesFile: ({ mediaType, size, url }, thread) =>
      url.startsWith('https:') && takesMedia(mediaType, size, isOnWhatsApp(readThreadKey(thread).from)),

    explain,

    download: (key, lengthMax) => download(key, lengthMax, config),

    async webhook(request) {
      const { pathname, searchParams } = new URL(request.url);
      const isInbound = pathname.endsWith('/channels/sms/inbound');
      if (!isInbound && !pathname.endsWith('/channels/sms/status')) throw new Refused(404, 'unknown_path');
      const form = await readForm(request);
      verify(config, request, form);
      if (isInbound) await receive(toInbound(form, config));
      else {
        const report = toInboundDelivery(form, config.accountSid, searchParams.get('key'));
        await receive(report);
        if (report?.code === optedOut) await receive(toWithdrawal(form, report, config));
      }
      // Any text here would be sent to the person as a message.
      return new Response('<Response/>', { headers: { 'content-type': 'text/xml' } });
    },

    async health(): Promise<ChannelHealth> {
      try {
        await call(client.messages.list({ limit: 1 }));
        return { ok: true };
      } catch (error) {
        return { ok: false, problem: error instanceof ChannelError ? error.code : 'unknown' };
      }
    },
  };
};

import type { Carrier } from './carrier.ts';
import type { MessageStore, StoredMessage } from './messages.ts';
import type { OptOuts } from './opt-out.ts';
import { TwilioRefusal } from './refusal.ts';
import { readTwiml, type TwimlReply } from './twiml.ts';
import { toInboundForm, type Incoming } from './inbound-form.ts';
import type { MediaStore } from './media.ts';
import type { WebhookAnswer, Webhooks } from './webhook.ts';

const bodyLengthMax = 1600;
const mediaMax = 10;
const validityDefaultSeconds = 36_000;
const whatsappPrefix = 'whatsapp:';
/** WhatsApp takes free text this long after the person last wrote. */
const whatsappWindowMs = 24 * 3_600_000;

/** What the console's debugger would list: 11200 no good answer, 12100 bad TwiML, 12300 bad content type, 21610 opted out. */
export interface Alert {
  readonly code: number;
  readonly messageSid: string;
  readonly at: string;
}

export interface Outgoing {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** A template and what it is filled in with, as JSON. */
  readonly contentSid?: string | undefined;
  readonly contentVariables?: string | undefined;
  readonly statusCallback: string | null;
  readonly validitySeconds: number;
  readonly direction: 'outbound-api' | 'outbound-reply';
}

interface Settings {
  readonly accountSid: string;
  /** Our numbers. */
  readonly numbers: readonly string[];
  /** Approved texts by content SID, with {{1}} for what is filled in. */
  readonly templates: Readonly<Record<string, string>>;
  readonly store: MessageStore;
  readonly carrier: Carrier;
  readonly optOuts: OptOuts;
  readonly webhooks: Webhooks;
  readonly inboundUrl: () => string | undefined;
  readonly media: MediaStore;
}

export interface Account {
  /** Checks and queues a message. Throws `TwilioRefusal`. */
  send(message: Outgoing): StoredMessage;
  /** Holds a person's message; `answered` resolves once the app's webhook was called and its reply sent. */
  receive(message: Incoming): { message: StoredMessage; answered: Promise<WebhookAnswer | null> };
  alerts(): Alert[];
}

export const isPhoneNumber = (value: string): boolean => /^\+[1-9]\d{6,14}$/.test(value.replace(whatsappPrefix, ''));

interface Ends {
  readonly to: string;
  readonly from: string;
  readonly body: string;
}

const isHttpUrl = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** The text of a template, filled in; the message's own where it names none. Throws 21655 or 21656. */
const toBody = ({ templates }: Settings, { body, contentSid, contentVariables = '{}' }: Outgoing): string => {
  if (contentSid === undefined) return body;
  const template = templates[contentSid];
  if (template === undefined) throw new TwilioRefusal(21655, contentSid);
  try {
    const values = JSON.parse(contentVariables) as Record<string, string>;
    return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  } catch {
    throw new TwilioRefusal(21656);
  }
};

/** Throws what the API refuses a message for; returns its two ends and what is read. */
const check = (settings: Settings, message: Outgoing): Ends => {
  const { to, from, mediaUrls, statusCallback } = message;
  const body = toBody(settings, message);
  const isOurs = (number: string) => settings.numbers.includes(number.replace(whatsappPrefix, ''));
  if (to === undefined) throw new TwilioRefusal(21604);
  if (from === undefined) throw new TwilioRefusal(21603);
  if (body === '' && mediaUrls.length === 0) throw new TwilioRefusal(21619);
  if (!isPhoneNumber(to)) throw new TwilioRefusal(21211, to);
  if (!isPhoneNumber(from)) throw new TwilioRefusal(21212, from);
  if (!isOurs(from) || from.startsWith(whatsappPrefix) !== to.startsWith(whatsappPrefix))
    throw new TwilioRefusal(21606, from);
  if (to === from) throw new TwilioRefusal(21266, to);
  if (body.length > bodyLengthMax) throw new TwilioRefusal(21617);
  if (mediaUrls.length > mediaMax) throw new TwilioRefusal(21623);
  if (statusCallback !== null && !isHttpUrl(statusCallback)) throw new TwilioRefusal(21609, statusCallback);
  if (settings.optOuts.has(to)) throw new TwilioRefusal(21610);
  settings.carrier.admit();
  return { to, from, body };
};

/** Replies an answer to the webhook asks for, or the error code the debugger shows for it. */
const readAnswer = ({ status, contentType, body }: WebhookAnswer): TwimlReply[] | number => {
  if (status === null || status < 200 || status > 299) return 11200;
  if (body === '') return [];
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/plain') return [{ body, mediaUrls: [], to: null, statusCallback: null }];
  if (!['text/xml', 'application/xml', 'text/html'].includes(type)) return 12300;
  return readTwiml(body) ?? 12100;
};

/** One account with one number: what it lets out, what it takes in. */
export const createAccount = (settings: Settings): Account => {
  const { store, carrier, optOuts, accountSid } = settings;
  const alerts: Alert[] = [];
  const alert = (code: number, messageSid: string) => {
    alerts.push({ code, messageSid, at: new Date().toISOString() });
    if (alerts.length > 500) alerts.shift();
  };
  const isWindowClosed = (to: string) =>
    to.startsWith(whatsappPrefix) &&
    !store
      .all()
      .some(
        ({ from, direction, createdAt }) =>
          direction === 'inbound' && from === to && Date.now() - createdAt.getTime() < whatsappWindowMs,
      );

  const queue = (message: Outgoing, ends: Ends): StoredMessage => {
    const { direction, mediaUrls, contentSid } = message;
    const stored = store.add({ direction, ...ends, mediaUrls, status: 'queued' });
    const fate =
      contentSid === undefined && isWindowClosed(ends.to)
        ? ({ status: 'failed', errorCode: 63016 } as const)
        : undefined;
    carrier.send(stored, { callbackUrl: message.statusCallback, validitySeconds: message.validitySeconds, fate });
    return stored;
  };

  const send = (message: Outgoing): StoredMessage => queue(message, check(settings, message));

  const reply = (ends: { to: string; from: string }, body: string, more: Partial<Outgoing> = {}): Outgoing => ({
    ...ends,
    body,
    mediaUrls: [],
    statusCallback: null,
    validitySeconds: validityDefaultSeconds,
    direction: 'outbound-reply',
    ...more,
  });

  /** Whatever the app put in its answer goes to the person: TwiML, and plain text too. */
  const obey = (answer: WebhookAnswer, inbound: StoredMessage): void => {
    const replies = readAnswer(answer);
    if (typeof replies === 'number') return alert(replies, inbound.sid);
    for (const { to, ...rest } of replies) {
      try {
        send(reply({ to: to ?? inbound.from, from: inbound.to }, rest.body, rest));
      } catch (error) {
        if (!(error instanceof TwilioRefusal)) throw error;
        alert(error.code, inbound.sid);
      }
    }
  };

  return {
    send,
    alerts: () => [...alerts],
    receive({ from, to: number = settings.numbers[0] ?? '', body, media: files = [] }) {
      if (!isPhoneNumber(from)) throw new TwilioRefusal(21212, from);
      if (body.length > bodyLengthMax) throw new TwilioRefusal(21617);
      const media = files.map((file) => settings.media.add(file));
      const to = from.startsWith(whatsappPrefix) ? whatsappPrefix + number : number;
      const message = store.add({
        direction: 'inbound',
        from,
        to,
        body,
        mediaUrls: media.map(({ url }) => url),
        status: 'received',
      });
      const automatic = optOuts.hear(from, body);
      // The platform's own answer goes out even to somebody who has just opted out.
      if (automatic !== null) queue(reply({ to: from, from: to }, automatic), { to: from, from: to, body: automatic });
      const url = settings.inboundUrl();
      const answered = url
        ? settings.webhooks.post('inbound', url, toInboundForm(accountSid, message, media)).then((answer) => {
            obey(answer, message);
            return answer;
          })
        : Promise.resolve(null);
      return { message, answered };
    },
  };
};

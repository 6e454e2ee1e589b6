import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createControl } from '#lab/control.ts';
import { createCallGate } from '#lab/faults/calls.ts';
import { createCarry } from '#lab/faults/deliveries.ts';
import { createFaults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer, Pane } from '#lab/pane.ts';
import { createAccount, isPhoneNumber, type Account, type Alert } from './account.ts';
import { createCarrier, type Fate } from './carrier.ts';
import type { Incoming } from './inbound-form.ts';
import { createMediaStore } from './media.ts';
import { createMessageStore, personOf, toWireMessage, type MessageStore } from './messages.ts';
import { createOptOuts } from './opt-out.ts';
import { TwilioRefusal } from './refusal.ts';
import { createCallLimit, createRoutes, namesOf, wording } from './routes.ts';
import { createWebhooks, type Form, type WebhookAnswer } from './webhook.ts';

/** twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
const realWebhookTimeoutMs = 15_000;
const realStatusIntervalMs = 250;

export interface TwilioLabOptions {
  /** 0 or absent takes a free one. */
  readonly port?: number;
  readonly accountSid: string;
  readonly authToken: string;
  /** The account's number, E.164; several are separated by commas. */
  readonly from: string;
  readonly templates?: Readonly<Record<string, string>>;
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
  /** Time passes for what was written with this address. */
  age(address: string, byMs: number): void;
  /** This number opts out without a word to the app. */
  optOut(number: string): void;
  /** What becomes of later messages to this number. */
  setFate(number: string, fate: Fate): void;
  alerts(): Alert[];
}

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
  const numbers = options.from.split(',');
  if (!numbers.every(isPhoneNumber)) throw new Error(`The account's number is not E.164: ${options.from}`);
  let { inboundUrl } = options;
  const { accountSid } = options;
  const store = createMessageStore();
  const optOuts = createOptOuts();
  const faults = createFaults('twilio');
  const gate = createCallGate(faults, namesOf, wording);
  const limit = createCallLimit(options.rateLimits !== 'off');
  const webhooks = createWebhooks(
    options.authToken,
    options.webhookTimeoutMs ?? realWebhookTimeoutMs,
    createCarry(faults),
  );
  const carrier = createCarrier({
    accountSid,
    store,
    webhooks,
    isPaced: options.rateLimits !== 'off',
    statusIntervalMs: options.statusIntervalMs ?? realStatusIntervalMs,
    callbackOrder: options.callbackOrder ?? 'kept',
  });
  // The address is known once it listens, and nobody writes before.
  let url = '';
  const media = createMediaStore(accountSid, () => url);
  const account = createAccount({
    accountSid,
    numbers,
    templates: options.templates ?? {},
    store,
    carrier,
    optOuts,
    webhooks,
    inboundUrl: () => inboundUrl,
    media,
  });
  const state = () => ({
    messages: store.all().map((message) => toWireMessage(accountSid, message)),
    optedOut: optOuts.all(),
    alerts: account.alerts(),
    calls: gate.calls(),
    rateLimited: limit.refused(),
    faults: faults.fired(),
  });
  const pane = createPane(store, account);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state, setFaults: faults.set, pane }));
  app.route('/', createRoutes({ accountSid, authToken: options.authToken, account, store, media, limit }));
  const loopback = await listenOnLoopback(app, options.port);
  url = loopback.url;
  const close = async () => {
    carrier.close();
    webhooks.close();
    await loopback.close();
  };
  return {
    name: 'twilio',
    url: loopback.url,
    pane,
    receive: (message) => account.receive(message).answered,
    deliver: async (form) => {
      if (!inboundUrl) throw new Error('No inbound webhook is set');
      return webhooks.post('inbound', inboundUrl, form);
    },
    setInboundUrl: (url) => {
      inboundUrl = url;
    },
    setFate: carrier.setFate,
    age: store.age,
    optOut: optOuts.add,
    alerts: account.alerts,
    state,
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: limit.refused,
    close,
    [Symbol.asyncDispose]: close,
  };
};

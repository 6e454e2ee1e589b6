import { readFileSync } from 'node:fs';

import type { Channel, Receive, SentKey, ThreadKey } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';

import type { WebConfig } from './config.ts';
import { createEventStreams } from './events.ts';
import { toInboundEvent, toThread } from './receive.ts';
import { toVisitorMessage, toWebMessage, type WebMessage } from './render.ts';
import { issueSession, readSession } from './session.ts';
import { readWidget } from './widget/read-widget.ts';

/** Where the channel keeps what its readers see: the part of a platform's server that we must play ourselves. */
export interface WebJournal {
  /** Writes the message, or its newer form under the same id. */
  put(thread: ThreadKey, message: WebMessage): Promise<void>;
  /** What changed after a sequence number, oldest change first. */
  read(
    thread: ThreadKey,
    after: number,
  ): Promise<readonly { readonly sequence: number; readonly message: WebMessage }[]>;
}

export interface WebParts {
  readonly config: WebConfig;
  readonly journal: WebJournal;
  /** Signs visitors' sessions. */
  readonly secret: Buffer;
  readonly now: () => Date;
  readonly connectionsPerPersonMax: number;
  /** So much of a visitor's message is kept and shown. */
  readonly keptLengthMax: number;
}

const decode = (bytes: ArrayBuffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(400, 'bad_encoding');
  }
};

const parseJson = async (request: Request): Promise<unknown> => {
  const text = decode(await request.arrayBuffer());
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'bad_body');
  }
};

/** The paths and how each is asked for. */
const methods: Readonly<Record<string, string>> = {
  sessions: 'POST',
  messages: 'POST',
  actions: 'POST',
  events: 'GET',
  'widget.js': 'GET',
  demo: 'GET',
};

/** No platform sets a limit here: a message is still to be drawn at once on a phone. */
const textShownMax = 20_000;

const tokenOf = (request: Request): string | null => {
  const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ');
  return scheme === 'Bearer' && token ? token : null;
};

/** The web as a channel: sessions, messages by POST, answers by server-sent events, and the widget itself. */
export const createWebChannel = (parts: WebParts): Channel => {
  const { config, journal, secret, now, connectionsPerPersonMax, keptLengthMax } = parts;
  const streams = createEventStreams(journal, connectionsPerPersonMax);
  const script = readWidget();
  const demo = readFileSync(new URL('widget/demo.html', import.meta.url), 'utf8');
  let receive: Receive | null = null;

  const show = async (thread: ThreadKey, message: WebMessage): Promise<void> => {
    await journal.put(thread, message);
    streams.notify(thread);
  };

  const accept = async (kind: 'messages' | 'actions', request: Request): Promise<Response> => {
    const visitor = readSession(secret, now(), tokenOf(request));
    const body = await parseJson(request);
    const event = toInboundEvent(
      kind,
      visitor,
      body,
      now(),
      request.headers.get('accept-language')?.split(',')[0] ?? null,
    );
    if (!event) throw new Refused(400, 'bad_body');
    if (!receive) return new Response(null, { status: 503 });
    await receive(event);
    if (event.kind === 'message' && event.text.trim() !== '')
      await show(event.thread, toVisitorMessage(event.id, event.text.slice(0, keptLengthMax)));
    return Response.json({ id: event.kind === 'delivery' ? '' : event.id }, { status: 202 });
  };

  const cors = (request: Request): Record<string, string> => {
    const origin = request.headers.get('origin');
    if (!origin || origin === new URL(request.url).origin) return {};
    if (!config.allowedOrigins.includes(origin)) throw new Refused(403, 'foreign_origin');
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-allow-methods': 'GET, POST',
      vary: 'origin',
    };
  };

  const route = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname.replace(/^\/channels\/web\//, '');
    const call = `${request.method} ${path}`;
    switch (call) {
      case 'POST sessions':
        return Response.json({ token: issueSession(secret, now()) }, { status: 201 });
      case 'POST messages':
        return accept('messages', request);
      case 'POST actions':
        return accept('actions', request);
      case 'GET events': {
        const visitor = readSession(secret, now(), tokenOf(request));
        const after = Number(request.headers.get('last-event-id') ?? 0);
        return streams.open(toThread(visitor), Number.isInteger(after) && after > 0 ? after : 0);
      }
      case 'GET widget.js':
        return new Response(script, {
          headers: {
            'content-type': 'text/javascript; charset=utf-8',
            'cache-control': 'max-age=300',
            'access-control-allow-origin': '*',
            'cross-origin-resource-policy': 'cross-origin',
          },
        });
      case 'GET demo':
        return new Response(demo, {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy':
              "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'self'",
          },
        });
      default:
        if (Object.hasOwn(methods, path)) throw new Refused(405, 'bad_method', { allow: methods[path] ?? '' });
        throw new Refused(404, 'unknown_path');
    }
  };

  return {
    name: 'web',
    limits: { editIntervalMs: 100 },
    fits: ({ text }) => text.length <= textShownMax,
    start: async (receiver) => {
      receive = receiver;
    },
    stop: async () => streams.close(),
    send: async (thread, message, key) => {
      await show(thread, toWebMessage(key, message));
      return { message: key as string as SentKey, thread };
    },
    edit: (sent, message) => show(sent.thread, toWebMessage(sent.message, message)),
    findSent: async (thread, key) => {
      const found = (await journal.read(thread, 0)).some((entry) => entry.message.id === key);
      return found ? { message: key as string as SentKey, thread } : null;
    },
    webhook: async (request) => {
      const headers = request.method === 'GET' && request.url.endsWith('/widget.js') ? {} : cors(request);
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers });
      const response = await route(request).catch((error: unknown) => {
        // Without them a browser hides from the widget that its session has ended.
        throw error instanceof Refused
          ? new Refused(error.status, error.reason, { ...error.headers, ...headers })
          : error;
      });
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    },
  };
};

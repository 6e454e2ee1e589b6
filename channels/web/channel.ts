import type { AttachmentKey, Channel, Receive, SentKey, ThreadKey } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';

import { openChatStream, readChatRequest } from './chat.ts';
import type { WebConfig } from './config.ts';
import { createReaders, openEvents } from './events.ts';
import { readIdentity } from './identity.ts';
import { type Act, acts, toInboundEvent, toThread } from './receive.ts';
import { toVisitorMessage, toWebMessage, type WebMessage } from './render.ts';
import { anonymous, issueSession, readSession, type Visitor } from './session.ts';
import { pages } from './widget/pages.ts';

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
  /** Shared with the sites that vouch for who writes; without it nobody is vouched for. */
  readonly identitySecret?: string;
  readonly now: () => Date;
  readonly connectionsPerPersonMax: number;
  /** So much of a visitor's message is kept and shown. */
  readonly keptLengthMax: number;
}

type Handle = (request: Request, match: readonly string[]) => Response | Promise<Response>;

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly handle: Handle;
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
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Refused(400, 'bad_body');
  }
};

/** No platform sets a limit here: a message is still to be drawn at once on a phone. */
const textShownMax = 20_000;

const tokenOf = (request: Request): string | null => {
  const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ');
  return scheme === 'Bearer' && token ? token : null;
};

/** What a browser says of itself: advice for how to speak, and nothing that grants anything. */
const mannersOf = (request: Request, body: unknown): Pick<Visitor, 'locale' | 'timezone'> => {
  const { timezone } = body as { timezone?: unknown };
  const locale = request.headers.get('accept-language')?.split(/[,;]/)[0]?.trim();
  return {
    ...(locale && locale !== '*' ? { locale } : {}),
    ...(typeof timezone === 'string' && timezone.length <= 64 ? { timezone } : {}),
  };
};

/**
 * The web as a channel: sessions, what visitors do by POST, what they see by server-sent events, the widget itself, and the
 * same conversation in the AI SDK's own protocol.
 */
export const createWebChannel = (parts: WebParts): Channel => {
  const { config, journal, secret, now, connectionsPerPersonMax, keptLengthMax } = parts;
  const readers = createReaders(journal, connectionsPerPersonMax);
  let receive: Receive | null = null;

  const show = async (thread: ThreadKey, message: WebMessage): Promise<void> => {
    await journal.put(thread, message);
    readers.notify(thread);
  };
  const find = async (thread: ThreadKey, id: string): Promise<WebMessage | undefined> =>
    (await journal.read(thread, 0)).find(({ message }) => message.id === id)?.message;

  /** Stores what a visitor did, and shows it in their other windows. Returns the name it is known by. */
  const accept = async (act: Act, who: Visitor, body: unknown): Promise<string> => {
    const event = toInboundEvent(act, who, body, now());
    if (!event) throw new Refused(400, 'bad_body');
    if (!receive) throw new Refused(503, 'starting');
    await receive(event);
    const thread = toThread(who);
    if (event.kind === 'message') {
      const files = (event.attachments ?? []).map(({ name }) => name);
      if (event.text.trim() !== '' || files.length > 0)
        await show(thread, toVisitorMessage(event.id, event.text.slice(0, keptLengthMax), files));
    }
    if (event.kind === 'feedback') {
      const judged = await find(thread, event.message);
      if (judged) await show(thread, { ...judged, rating: event.rating });
    }
    return event.id;
  };

  const whoAsks = (request: Request): Visitor => readSession(secret, now(), tokenOf(request));

  const openSession: Handle = async (request) => {
    const body = await parseJson(request);
    const { identity } = body as { identity?: unknown };
    const isVouchedFor = typeof identity === 'string';
    const who = isVouchedFor ? await readIdentity(parts.identitySecret, identity, now()) : anonymous();
    const token = issueSession(secret, now(), { ...who, ...mannersOf(request, body) }, isVouchedFor);
    return Response.json({ token }, { status: 201 });
  };

  /** Whoever knows the name of a chat has it, as the protocol has it; with a session it is the session's conversation. */
  const whoChats = (request: Request, chat: string): Visitor =>
    tokenOf(request) === null ? { ...anonymous(), id: `chat:${chat}`, ...mannersOf(request, {}) } : whoAsks(request);

  const chat: Handle = async (request) => {
    const asked = readChatRequest(await parseJson(request));
    if (!asked) throw new Refused(400, 'bad_body');
    const who = whoChats(request, asked.chat);
    const thread = toThread(who);
    const after = (await journal.read(thread, 0)).at(-1)?.sequence ?? 0;
    await accept('messages', who, asked.message);
    return openChatStream({ readers, thread, after });
  };

  const resumeChat: Handle = async (request, [name = '']) => {
    const thread = toThread(whoChats(request, name));
    const growing = (await journal.read(thread, 0)).find(({ message }) => message.partial);
    if (!growing) return new Response(null, { status: 204 });
    return openChatStream({ readers, thread, after: growing.sequence - 1 });
  };

  const routes: readonly Route[] = [
    { method: 'POST', path: /^sessions$/, handle: openSession },
    ...acts.map((act): Route => ({
      method: 'POST',
      path: new RegExp(`^${act}$`),
      handle: async (request) => {
        const who = whoAsks(request);
        return Response.json({ id: await accept(act, who, await parseJson(request)) }, { status: 202 });
      },
    })),
    {
      method: 'GET',
      path: /^events$/,
      handle: (request) => {
        const thread = toThread(whoAsks(request));
        const after = Number(request.headers.get('last-event-id') ?? 0);
        return openEvents(readers, thread, Number.isInteger(after) && after > 0 ? after : 0);
      },
    },
    { method: 'POST', path: /^chat$/, handle: chat },
    { method: 'GET', path: /^chat\/([\w-]{16,128})\/stream$/, handle: resumeChat },
    ...pages.map(({ path, respond }): Route => ({ method: 'GET', path, handle: respond })),
  ];

  const route = (request: Request): Response | Promise<Response> => {
    const path = new URL(request.url).pathname.replace(/^\/channels\/web\//, '');
    const known = routes.filter((one) => one.path.test(path));
    const found = known.find(({ method }) => method === request.method);
    if (found) return found.handle(request, found.path.exec(path)?.slice(1) ?? []);
    const [other] = known;
    throw other ? new Refused(405, 'bad_method', { allow: other.method }) : new Refused(404, 'unknown_path');
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

  return {
    name: 'web',
    limits: { editIntervalMs: 100 },
    fits: ({ text }) => text.length <= textShownMax,
    start: async (receiver) => {
      receive = receiver;
    },
    stop: async () => readers.close(),
    send: async (thread, message, key) => {
      await show(thread, toWebMessage(key, message));
      return { message: key as string as SentKey, thread };
    },
    edit: (sent, message) => show(sent.thread, toWebMessage(sent.message, message)),
    findSent: async (thread, key) => ((await find(thread, key)) ? { message: key as string as SentKey, thread } : null),
    showTyping: async (thread, doing) => readers.tell(thread, { doing }),
    download: async (key: AttachmentKey, lengthMax) => {
      const bytes = Buffer.from(key.slice(key.indexOf(',') + 1), 'base64');
      if (bytes.byteLength > lengthMax) throw new ChannelError('web', 'refused', 'too_large');
      return bytes;
    },
    webhook: async (request) => {
      const isScript = request.method === 'GET' && request.url.endsWith('/widget.js');
      const headers = isScript ? {} : cors(request);
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers });
      try {
        const response = await route(request);
        for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
        return response;
      } catch (error) {
        // Without them a browser hides from the widget that its session has ended.
        throw error instanceof Refused
          ? new Refused(error.status, error.reason, { ...error.headers, ...headers })
          : error;
      }
    },
  };
};

import { z } from 'zod';

import type { ThreadKey } from '#core/channel.ts';

import { type Readers, type Stream, toStream } from './events.ts';
import type { WebMessage } from './render.ts';

/**
 * The UI message stream of Vercel's AI SDK (protocol v1: ai-sdk.dev/docs/ai-sdk-ui/stream-protocol), so that a page made with
 * `useChat` talks with us as it is. The conversation stays ours: of what such a page sends only the last message is new.
 */

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  /** A file as a data URL. */
  url: z.string().optional(),
  mediaType: z.string().optional(),
  filename: z.string().optional(),
});
const request = z.object({
  id: z.string().regex(/^[\w-]{16,128}$/),
  messages: z.array(z.looseObject({ id: z.string().max(128), role: z.string(), parts: z.array(part) })).min(1),
  trigger: z.string().optional(),
  messageId: z.string().max(128).optional(),
});

const dataUrl = /^data:([^;,]*);base64,([A-Za-z0-9+/=]+)$/;

export interface ChatRequest {
  /** Names the conversation where there is no session: nobody else can guess it. */
  readonly chat: string;
  /** As it would come from the widget. */
  readonly message: { readonly id: string; readonly text: string; readonly files: readonly object[] };
}

const toId = (text: string): string => text.replaceAll(/[^\w-]/g, '-').slice(0, 64);

/** What the page asks; null where it is not of the protocol's shape. */
export const readChatRequest = (body: unknown): ChatRequest | null => {
  const { data } = request.safeParse(body);
  const said = data?.messages.findLast(({ role }) => role === 'user');
  if (!data || !said) return null;
  // The same words once more are a new question only where the page asks for another answer.
  const again = data.trigger === 'regenerate-message' ? `-${data.messageId ?? data.messages.length}` : '';
  const files = said.parts.flatMap(({ type, url = '', filename = '', mediaType }) => {
    const [, declared = '', content] = (type === 'file' && dataUrl.exec(url)) || [];
    return content === undefined ? [] : [{ name: filename, mediaType: mediaType ?? declared, data: content }];
  });
  const text = said.parts.flatMap((one) => (one.type === 'text' && one.text ? [one.text] : [])).join('\n');
  return { chat: data.id, message: { id: toId(`${said.id}${again}`), text, files } };
};

/** After whole words, more may follow at once: an answer in several parts. */
const quietMs = 400;
/** Where a person answers, nobody knows when; the page asks again, and finds it then. */
const patienceMs = 60_000;

/** Writes what changes in messages of ours as parts of one message of the protocol. */
const createWriter = ({ write }: Stream) => {
  const told = new Map<string, { text: string; part: string; isEnded: boolean }>();
  const sources = new Set<string>();
  let parts = 0;
  const tell = (chunk: object): void => write(`data: ${JSON.stringify(chunk)}\n\n`);
  const begin = (message: WebMessage): string => {
    parts += 1;
    const id = `${message.id}-${parts}`;
    tell({ type: 'text-start', id });
    return id;
  };
  return {
    show: (message: WebMessage): void => {
      // The same name when a page comes back for the rest.
      if (told.size === 0) tell({ type: 'start', messageId: message.id });
      const before = told.get(message.id);
      if (before?.isEnded && before.text === message.text) return;
      // A part only grows: words that became other words are said anew, in a part of their own.
      const grows = before && !before.isEnded && message.text.startsWith(before.text);
      if (before && !grows && !before.isEnded) tell({ type: 'text-end', id: before.part });
      const id = before && grows ? before.part : begin(message);
      const delta = message.text.slice(before && grows ? before.text.length : 0);
      if (delta !== '') tell({ type: 'text-delta', id, delta });
      told.set(message.id, { text: message.text, part: id, isEnded: !message.partial });
      if (message.partial) return;
      tell({ type: 'text-end', id });
      for (const { url, title } of message.citations) {
        if (!url || sources.has(url)) continue;
        sources.add(url);
        tell({ type: 'source-url', sourceId: url, url, title });
      }
    },
    close: (): void => {
      tell({ type: 'finish' });
      write('data: [DONE]\n\n');
    },
  };
};

export interface ChatStreamParts {
  readonly readers: Readers;
  readonly thread: ThreadKey;
  /** What was shown up to here was shown in an earlier answer. */
  readonly after: number;
}

/** What we say after a sequence number, until it is said. A page that goes away can come back for it: nothing is stopped by that. */
export const openChatStream = ({ readers, thread, after }: ChatStreamParts): Response =>
  toStream(
    (stream) => {
      const writer = createWriter(stream);
      const open = new Set<string>();
      let timer: NodeJS.Timeout | undefined;
      const endAfter = (ms: number): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          writer.close();
          stream.end();
        }, ms);
      };
      endAfter(patienceMs);
      const { leave } = readers.follow(thread, after, {
        onMessage: (message) => {
          if (message.author !== 'assistant') return;
          writer.show(message);
          open[message.partial ? 'add' : 'delete'](message.id);
          endAfter(open.size > 0 ? patienceMs : quietMs);
        },
        onClose: stream.end,
      });
      return () => {
        clearTimeout(timer);
        leave();
      };
    },
    { 'x-vercel-ai-ui-message-stream': 'v1' },
  );

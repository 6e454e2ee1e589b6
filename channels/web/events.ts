import type { ThreadKey } from '#core/channel.ts';

import type { WebJournal } from './channel.ts';
import type { WebMessage, WebStatus } from './render.ts';

/** How often a reader looks for changes that another process made. */
const lookMs = 1000;
/** Shorter than the idle limit of common load balancers (30 s). */
const pingMs = 15_000;

export interface Reader {
  /** What changed, as a whole, under the sequence number that a reader can resume from. */
  onMessage(message: WebMessage, sequence: number): void;
  onStatus?(status: WebStatus): void;
  /** Too many others came after it, or the process ends. */
  onClose(): void;
}

export interface Readers {
  /** Tells a reader of everything after a sequence number, until it is left. */
  follow(thread: ThreadKey, after: number, reader: Reader): { leave(): void };
  /** Something changed in this thread. */
  notify(thread: ThreadKey): void;
  /** Told to those who read here now, and kept nowhere. */
  tell(thread: ThreadKey, status: WebStatus): void;
  close(): void;
}

/** Everybody who reads along, by thread. */
export const createReaders = (journal: WebJournal, readersMax: number): Readers => {
  const threads = new Map<ThreadKey, Set<{ look: () => void; reader: Reader; leave: () => void }>>();

  const follow = (thread: ThreadKey, after: number, reader: Reader): { leave(): void } => {
    const others = threads.get(thread) ?? new Set();
    threads.set(thread, others);
    const [oldest] = others;
    if (others.size >= readersMax && oldest) {
      oldest.leave();
      oldest.reader.onClose();
    }
    let seen = after;
    let isRunning = false;
    let again = false;
    let isHere = true;
    const look = async (): Promise<void> => {
      again = isRunning;
      if (isRunning) return;
      isRunning = true;
      do {
        again = false;
        for (const { sequence, message } of await journal.read(thread, seen).catch(() => [])) {
          if (!isHere) return;
          seen = sequence;
          reader.onMessage(message, sequence);
        }
      } while (again && isHere);
      isRunning = false;
    };
    const timer = setInterval(() => void look(), lookMs);
    const own = {
      look: () => void look(),
      reader,
      leave: () => {
        isHere = false;
        clearInterval(timer);
        others.delete(own);
        if (others.size === 0) threads.delete(thread);
      },
    };
    others.add(own);
    void look();
    return own;
  };

  const all = (thread: ThreadKey) => [...(threads.get(thread) ?? [])];
  return {
    follow,
    notify: (thread) => {
      for (const { look } of all(thread)) look();
    },
    tell: (thread, status) => {
      for (const { reader } of all(thread)) reader.onStatus?.(status);
    },
    close: () => {
      for (const thread of threads.keys())
        for (const { leave, reader } of all(thread)) {
          leave();
          reader.onClose();
        }
    },
  };
};

const encoder = new TextEncoder();
/** A proxy that buffers or compresses would keep words from who waits for them (nginx reads x-accel-buffering). */
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export interface Stream {
  write(text: string): void;
  end(): void;
}

/** A response that is written as long as somebody reads it. `begin` returns what ends it when nobody does any more. */
export const toStream = (
  begin: (stream: Stream) => () => void,
  extra: Readonly<Record<string, string>> = {},
): Response => {
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      let isOpen = true;
      const write = (text: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      const ping = setInterval(() => write(': ping\n\n'), pingMs);
      let leave = (): void => undefined;
      stop = () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(ping);
        leave();
      };
      leave = begin({
        write,
        end: () => {
          if (!isOpen) return;
          stop();
          controller.close();
        },
      });
      if (!isOpen) leave();
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { ...headers, ...extra } });
};

/** Server-sent events: each message as a whole whenever it changed. */
export const openEvents = (readers: Readers, thread: ThreadKey, after: number): Response =>
  toStream((stream) => {
    stream.write('retry: 2000\n\n');
    const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    const { leave } = readers.follow(thread, after, {
      onMessage: (message, sequence) => stream.write(`id: ${sequence}\n${event('message', message)}`),
      onStatus: (status) => stream.write(event('status', status)),
      onClose: stream.end,
    });
    return leave;
  });

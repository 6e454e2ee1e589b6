import type { ThreadKey } from '#core/channel.ts';

import type { WebJournal } from './channel.ts';

/** How often a stream looks for changes that another process made. */
const lookMs = 1000;
/** Shorter than the idle limit of common load balancers (30 s). */
const pingMs = 15_000;

export interface EventStreams {
  notify(thread: ThreadKey): void;
  open(thread: ThreadKey, after: number): Response;
  close(): void;
}

const encoder = new TextEncoder();

/** Server-sent events: each message as a whole whenever it changed, under the sequence number a reader can resume from. */
export const createEventStreams = (journal: WebJournal, connectionsMax: number): EventStreams => {
  const streams = new Map<ThreadKey, Set<{ look: () => void; close: () => void }>>();

  const open = (thread: ThreadKey, after: number): Response => {
    const readers = streams.get(thread) ?? new Set();
    streams.set(thread, readers);
    const [oldest] = readers;
    if (readers.size >= connectionsMax) oldest?.close();
    let stop = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        let seen = after;
        let running = false;
        let again = false;
        let isOpen = true;
        const write = (text: string): void => {
          if (isOpen) controller.enqueue(encoder.encode(text));
        };
        const look = async (): Promise<void> => {
          again = running;
          if (running) return;
          running = true;
          do {
            again = false;
            for (const entry of await journal.read(thread, seen).catch(() => [])) {
              seen = entry.sequence;
              write(`id: ${entry.sequence}\nevent: message\ndata: ${JSON.stringify(entry.message)}\n\n`);
            }
          } while (again && isOpen);
          running = false;
        };
        const timers = [setInterval(() => void look(), lookMs), setInterval(() => write(': ping\n\n'), pingMs)];
        const own = { look: () => void look(), close: () => stop() };
        stop = () => {
          if (!isOpen) return;
          isOpen = false;
          for (const timer of timers) clearInterval(timer);
          readers.delete(own);
          if (readers.size === 0) streams.delete(thread);
          controller.close();
        };
        readers.add(own);
        write('retry: 2000\n\n');
        void look();
      },
      cancel: () => stop(),
    });
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  };

  return {
    notify: (thread) => {
      for (const stream of streams.get(thread) ?? []) stream.look();
    },
    open,
    close: () => {
      for (const readers of streams.values()) for (const stream of readers) stream.close();
    },
  };
};

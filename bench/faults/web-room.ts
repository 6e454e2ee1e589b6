import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WebMessage } from '#channels/web/render.ts';

import type { Room } from './rooms.ts';

const againAfterMs = 500;

/** A visitor's browser: it sends again what was not taken, and opens its event stream again wherever it ended. */
export const openWebRoom = async (url: string): Promise<Room> => {
  const base = `${url}/channels/web`;
  const ended = new AbortController();
  const { signal } = ended;
  const messages = new Map<string, WebMessage>();
  const listeners = new Set<() => void>();
  let lastId = '0';

  const pause = (): Promise<unknown> => sleep(againAfterMs, undefined, { signal }).catch(() => undefined);
  const untilOk = async (path: string, init: RequestInit): Promise<Response> => {
    for (;;) {
      signal.throwIfAborted();
      const response = await fetch(`${base}/${path}`, { ...init, signal }).catch(() => null);
      if (response?.ok) return response;
      await pause();
    }
  };

  const { token } = (await (await untilOk('sessions', { method: 'POST' })).json()) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  const take = (event: string): void => {
    const data = /^event: message\ndata: (.*)$/m.exec(event)?.[1];
    if (data === undefined) return;
    lastId = /^id: (.*)$/m.exec(event)?.[1] ?? lastId;
    const message = JSON.parse(data) as WebMessage;
    messages.set(message.id, message);
    for (const listener of listeners) listener();
  };

  const read = async (): Promise<void> => {
    const response = await untilOk('events', { headers: { ...headers, 'last-event-id': lastId } });
    let pending = '';
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      pending += text;
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        take(pending.slice(0, end));
        pending = pending.slice(end + 2);
      }
    }
  };

  const keepReading = async (): Promise<void> => {
    while (!signal.aborted) {
      await read().catch(() => undefined);
      await pause();
    }
  };
  const reading = keepReading();

  return {
    say: async (text) => {
      await untilOk('messages', { method: 'POST', headers, body: JSON.stringify({ id: randomUUID(), text }) });
    },
    shown: () =>
      [...messages.values()].map(({ id, author, text, partial }) => ({
        id,
        isOurs: author === 'assistant',
        text,
        partial,
      })),
    onChange: (listener) => void listeners.add(listener),
    close: async () => {
      ended.abort();
      await reading;
    },
  };
};

import { randomUUID } from 'node:crypto';

import type { WebMessage } from '#channels/web/render.ts';

import { until } from './until.ts';

export interface WebVisitor extends AsyncDisposable {
  readonly token: string;
  say(text: string, id?: string): Promise<Response>;
  press(message: string, action: string): Promise<Response>;
  /** Anything else that a visitor can do, by its path. */
  act(path: string, body: object): Promise<Response>;
  /** The messages as the visitor sees them now, in the order they began. */
  messages(): readonly WebMessage[];
  /** Every state the visitor has been shown, oldest first. */
  readonly history: readonly WebMessage[];
  /** Resolves with the first message, among those now shown, that the test accepts. */
  sees(accepts: (message: WebMessage) => boolean): Promise<WebMessage>;
}

/** A visitor of the web channel, over HTTP: what a browser would do. */
export const openVisitor = async (url: string, token?: string): Promise<WebVisitor> => {
  const base = `${url}/channels/web`;
  const known =
    token ?? ((await (await fetch(`${base}/sessions`, { method: 'POST' })).json()) as { token: string }).token;
  const headers = { authorization: `Bearer ${known}`, 'content-type': 'application/json' };
  const shown = new Map<string, WebMessage>();
  const history: WebMessage[] = [];
  const waiting = new Set<() => void>();
  const ended = new AbortController();

  const read = async (): Promise<void> => {
    const response = await fetch(`${base}/events`, { headers, signal: ended.signal });
    let pending = '';
    for await (const bytes of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      pending += bytes;
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const block = pending.slice(0, end);
        const data = /^data: (.*)$/m.exec(block)?.[1];
        pending = pending.slice(end + 2);
        if (!data || !block.includes('event: message')) continue;
        const message = JSON.parse(data) as WebMessage;
        shown.set(message.id, message);
        history.push(message);
        for (const look of waiting) look();
      }
    }
  };
  const reading = read().catch(() => undefined);

  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });

  return {
    token: known,
    say: (text, id = randomUUID()) => post('messages', { id, text }),
    act: (path, body) => post(path, { id: randomUUID(), ...body }),
    press: (message, action) => post('actions', { id: randomUUID(), message, action }),
    messages: () => [...shown.values()],
    history,
    sees: (accepts) =>
      until(
        () => [...shown.values()].find(accepts),
        (look) => {
          waiting.add(look);
          return () => waiting.delete(look);
        },
        () => [...shown.values()].map(({ author, text }) => `${author}: ${text}`).join('\n'),
      ),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await reading;
    },
  };
};

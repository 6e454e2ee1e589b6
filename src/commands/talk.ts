import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';

import type { WebMessage } from '#channels/web/render.ts';
import { ConfigError } from '#core/errors.ts';

export interface TalkParts {
  /** Address of a running Firstline whose web channel is on. */
  readonly url: string;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The message that one event of the stream brings; null for a comment, and for what is being done meanwhile. */
const readEvent = (block: string): WebMessage | null => {
  const data = /^event: message\ndata: (.*)$/m.exec(block)?.[1];
  return data === undefined ? null : (JSON.parse(data) as WebMessage);
};

async function* readMessages(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<WebMessage> {
  let pending = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    pending += text;
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const message = readEvent(pending.slice(0, end));
      pending = pending.slice(end + 2);
      if (message) yield message;
    }
  }
}

/** Prints messages as they grow on a terminal, and only whole ones elsewhere. */
const createPrinter = (output: TalkParts['output']) => {
  let current = '';
  let shown = '';
  const sources = ({ citations, actions }: WebMessage): string =>
    [
      ...citations.map((one) => `  [${one.number}] ${one.title}${one.url ? ` ${one.url}` : ''}`),
      ...(actions.some((action) => action.id === 'human') ? ['  (type /human to talk to a person)'] : []),
    ].join('\n');
  return (message: WebMessage): void => {
    if (message.partial && !output.isTTY) return;
    if (current !== message.id) [current, shown] = [message.id, ''];
    // A text that did not only grow is written anew: a terminal cannot take lines back.
    const news = message.text.startsWith(shown) ? message.text.slice(shown.length) : `\n${message.text}`;
    output.write(news);
    shown = message.text;
    if (message.partial) return;
    const below = sources(message);
    output.write(`\n${below === '' ? '' : `${below}\n`}\n`);
  };
};

/** How long a script waits for the answer to one line before it sends the next: an agent may take longer. */
const answerMsMax = 60_000;

const within = (promise: Promise<void>, timeoutMs: number): Promise<void> => {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, timeoutMs);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
};

/** A conversation in the terminal over the web channel: a line is a message, `/human` asks for a person. */
export const talk = async ({ url, input, output }: TalkParts): Promise<void> => {
  const base = `${url.replace(/\/+$/, '')}/channels/web`;
  const opened = await fetch(`${base}/sessions`, { method: 'POST' }).catch(() => null);
  if (!opened?.ok)
    throw new ConfigError([`No Firstline with a web channel answers at ${url}. Start one, or leave out --url.`]);
  const { token } = (await opened.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ended = new AbortController();
  const events = await fetch(`${base}/events`, { headers, signal: ended.signal });
  const print = createPrinter(output);
  let answered = Promise.withResolvers<void>();
  let last = '';

  const reading = (async () => {
    if (!events.body) return;
    for await (const message of readMessages(events.body)) {
      if (message.author === 'visitor') continue;
      print(message);
      last = message.id;
      if (!message.partial) answered.resolve();
    }
  })().catch(() => undefined);

  const send = async (path: string, body: object): Promise<void> => {
    answered = Promise.withResolvers<void>();
    const response = await fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.status !== 202) throw new Error(`The message was not taken (${response.status}).`);
  };

  const lines = createInterface({ input, ...(output.isTTY ? { output, prompt: '> ' } : {}) });
  if (output.isTTY) output.write('Write a message; /human asks for a person, Ctrl-D ends it.\n\n');
  const prompt = (): void => {
    if (output.isTTY) lines.prompt();
  };
  prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === '') continue;
    if (text === '/human') await send('actions', { id: randomUUID(), message: last || 'none', action: 'human' });
    else await send('messages', { id: randomUUID(), text });
    // On a terminal one may write on before the answer is whole.
    if (!output.isTTY) await within(answered.promise, answerMsMax);
    prompt();
  }
  ended.abort();
  await reading;
};

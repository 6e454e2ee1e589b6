import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { streamSSE } from 'hono/streaming';

import { listenOnLoopback } from '#lab/loopback.ts';

export interface OpenAiLab extends AsyncDisposable {
  /** What a client is pointed at: ends in `/v1`. */
  readonly url: string;
  /** Bodies of all requests that were let in, oldest first. */
  readonly requests: readonly ChatRequest[];
  /** How the next requests end, in order; with an empty list the model repeats the last message. */
  script(next: readonly ChatScript[]): void;
  close(): Promise<void>;
}

export interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: string | readonly ChatPart[] }[];
}

/** Words, or an image as a data URL. */
export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

const isPart = (part: ChatPart): boolean =>
  part.type === 'text'
    ? typeof part.text === 'string'
    : part.type === 'image_url' && /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(part.image_url.url);

const isContent = (content: unknown): boolean =>
  typeof content === 'string' || (Array.isArray(content) && content.every(isPart));

export interface ChatScript {
  readonly text?: string;
  /** Refuse with this status. */
  readonly status?: number;
}

/** Chat completions as OpenAI and those compatible with it stream them: chunks, a finish reason, usage, `[DONE]`. */
export const openOpenAiLab = async ({ apiKey }: { apiKey: string }): Promise<OpenAiLab> => {
  const requests: ChatRequest[] = [];
  const scripts: ChatScript[] = [];
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post('/v1/chat/completions', async (c) => {
    if (c.req.header('authorization') !== `Bearer ${apiKey}`)
      return c.json({ error: { message: 'Incorrect API key provided.', type: 'invalid_request_error' } }, 401);
    const body = await c.req.json<ChatRequest>();
    const roles = new Set(['system', 'user', 'assistant']);
    if (!body.stream || body.messages.some(({ role, content }) => !roles.has(role) || !isContent(content)))
      return c.json({ error: { message: 'Only streamed text is spoken here.', type: 'invalid_request_error' } }, 400);
    requests.push(body);
    const { content = '' } = body.messages.at(-1) ?? {};
    const said =
      typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : '')).join('');
    const { status, text = said } = scripts.shift() ?? {};
    if (status) return c.json({ error: { message: 'Not now.', type: 'server_error' } }, status as 500);
    const id = `chatcmpl-${requests.length}`;
    const frame = { id, object: 'chat.completion.chunk', created: 0, model: body.model };
    return streamSSE(c, async (stream) => {
      const send = (rest: object): Promise<void> => stream.writeSSE({ data: JSON.stringify({ ...frame, ...rest }) });
      for (const piece of text.match(/[\s\S]{1,16}/g) ?? [])
        await send({ choices: [{ index: 0, delta: { content: piece }, finish_reason: null }] });
      await send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
      await send({
        choices: [],
        usage: { prompt_tokens: 10, completion_tokens: text.length, total_tokens: 10 + text.length },
      });
      await stream.writeSSE({ data: '[DONE]' });
    });
  });
  const { url, close } = await listenOnLoopback(app);
  return {
    url: `${url}/v1`,
    requests,
    script: (next) => void scripts.push(...next),
    close,
    [Symbol.asyncDispose]: close,
  };
};

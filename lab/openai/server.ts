import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { streamSSE } from 'hono/streaming';

import { listenOnLoopback } from '#lab/loopback.ts';

export interface OpenAiLab extends AsyncDisposable {
  /** What a client is pointed at: ends in `/v1`. */
  readonly url: string;
  /** Bodies of all requests that were let in, oldest first. */
  readonly requests: readonly ChatRequest[];
  /** Texts that the moderation endpoint was asked about, oldest first. */
  readonly moderated: readonly string[];
  /** What moderation flags, by what stands in the text; the categories are OpenAI's. */
  flag(words: string, categories: readonly string[]): void;
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

/** Every category of omni-moderation-latest (openai: api-reference/moderations/object). */
const categoriesOf = (flagged: readonly string[]): Record<string, boolean> =>
  Object.fromEntries(
    [
      'harassment',
      'harassment/threatening',
      'hate',
      'hate/threatening',
      'illicit',
      'illicit/violent',
      'self-harm',
      'self-harm/intent',
      'self-harm/instructions',
      'sexual',
      'sexual/minors',
      'violence',
      'violence/graphic',
    ].map((category) => [category, flagged.includes(category)]),
  );

/**
 * Chat completions as OpenAI and those compatible with it stream them: chunks, a finish reason, usage, `[DONE]`; or whole where nobody asks for a
 * stream. And the moderation endpoint.
 */
export const openOpenAiLab = async ({ apiKey }: { apiKey: string }): Promise<OpenAiLab> => {
  const requests: ChatRequest[] = [];
  const scripts: ChatScript[] = [];
  const moderated: string[] = [];
  const flags = new Map<string, readonly string[]>();
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post('/v1/moderations', async (c) => {
    if (c.req.header('authorization') !== `Bearer ${apiKey}`)
      return c.json({ error: { message: 'Incorrect API key provided.', type: 'invalid_request_error' } }, 401);
    const { input, model } = await c.req.json<{ input: string; model: string }>();
    moderated.push(input);
    const flagged = [...flags].flatMap(([words, categories]) => (input.includes(words) ? categories : []));
    const categories = categoriesOf(flagged);
    const category_scores = Object.fromEntries(
      Object.entries(categories).map(([category, isFlagged]) => [category, isFlagged ? 0.98 : 0.001]),
    );
    return c.json({
      id: `modr-${moderated.length}`,
      model,
      results: [{ flagged: flagged.length > 0, categories, category_scores }],
    });
  });
  app.post('/v1/chat/completions', async (c) => {
    if (c.req.header('authorization') !== `Bearer ${apiKey}`)
      return c.json({ error: { message: 'Incorrect API key provided.', type: 'invalid_request_error' } }, 401);
    const body = await c.req.json<ChatRequest>();
    const roles = new Set(['system', 'user', 'assistant']);
    if (body.messages.some(({ role, content }) => !roles.has(role) || !isContent(content)))
      return c.json(
        { error: { message: 'Only text and images are spoken here.', type: 'invalid_request_error' } },
        400,
      );
    requests.push(body);
    const { content = '' } = body.messages.at(-1) ?? {};
    const said =
      typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : '')).join('');
    const { status, text = said } = scripts.shift() ?? {};
    if (status) return c.json({ error: { message: 'Not now.', type: 'server_error' } }, status as 500);
    const id = `chatcmpl-${requests.length}`;
    if (!body.stream)
      return c.json({
        id,
        object: 'chat.completion',
        created: 0,
        model: body.model,
        choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: text.length, total_tokens: 10 + text.length },
      });
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
    moderated,
    flag: (words, categories) => void flags.set(words, categories),
    script: (next) => void scripts.push(...next),
    close,
    [Symbol.asyncDispose]: close,
  };
};

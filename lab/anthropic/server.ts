import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import type { LabServer } from '#lab/pane.ts';
import { answerOf, type Answer } from './answer.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { ErrorType, Script } from './script.ts';
import { createPromptCache, tokensOf } from './usage.ts';
import { problemIn, type Block, type MessagesRequest } from './validate.ts';

export interface AnthropicLabOptions {
  readonly port?: number;
  /** The only `x-api-key` that is let in. */
  readonly apiKey: string;
  /** Models that exist; any other is 404. Left out, every name is a model. */
  readonly models?: readonly string[];
  /** Shortest prompt prefix that is cached, in tokens; 1,024 unless told. */
  readonly cacheTokensMin?: number;
  /** The clock of the prompt cache, in ms. */
  readonly now?: () => number;
}

export interface AnthropicLab extends LabServer {
  readonly name: 'anthropic';
  /** Queues behaviour for the next requests, in order; with an empty queue the model quotes the first passage it was given. */
  script(next: Script | readonly Script[]): void;
  /** Bodies of all message requests that passed the key check, oldest first, refused ones included. */
  readonly requests: readonly unknown[];
  /** Answers whose reader went away before the end. */
  readonly aborted: number;
}

type Bound = { Bindings: HttpBindings };

/** The API refuses larger bodies with 413 (32 MB). */
const bodyBytesMax = 32 * 1024 * 1024;

const id = (prefix: string) => `${prefix}_01${randomBytes(11).toString('hex')}`;

function refuse(c: Context, status: number, type: ErrorType, message: string, retryAfterSeconds?: number): Response {
  const requestId = id('req');
  const headers: Record<string, string> = { 'content-type': 'application/json', 'request-id': requestId };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  return c.newResponse(
    JSON.stringify({ type: 'error', error: { type, message }, request_id: requestId }),
    status as 400,
    headers,
  );
}

/** The Messages API in a box. The API's own errors come back as the API words them; rejects only if the port is taken. */
export async function openAnthropicLab(options: AnthropicLabOptions): Promise<AnthropicLab> {
  const app = new Hono<Bound>();
  const cache = createPromptCache(options.cacheTokensMin ?? 1024, options.now ?? Date.now);
  const queue: Script[] = [];
  const requests: unknown[] = [];
  let aborted = 0;

  app.use('/v1/*', async (c, next) => {
    const key = c.req.header('x-api-key') ?? c.req.header('authorization')?.replace(/^Bearer /, '');
    if (key !== options.apiKey)
      return refuse(c, 401, 'authentication_error', key ? 'invalid x-api-key' : 'x-api-key header is required');
    if (!c.req.header('anthropic-version'))
      return refuse(c, 400, 'invalid_request_error', 'anthropic-version: header is required');
    if (Number(c.req.header('content-length') ?? 0) > bodyBytesMax) {
      return refuse(c, 413, 'request_too_large', 'Request exceeds the maximum size');
    }
    await next();
  });

  async function bodyOf(c: Context, counting: boolean): Promise<Block | Response> {
    const body: unknown = await c.req.json().catch(() => null);
    if (!counting) requests.push(body);
    const problem = problemIn(body, counting);
    if (problem) return refuse(c, 400, 'invalid_request_error', problem);
    const { model } = body as { model: string };
    if (options.models && !options.models.includes(model)) return refuse(c, 404, 'not_found_error', `model: ${model}`);
    return body as Block;
  }

  app.post('/v1/messages/count_tokens', async (c) => {
    const body = await bodyOf(c, true);
    return body instanceof Response ? body : c.json({ input_tokens: tokensOf(body) }, 200, { 'request-id': id('req') });
  });

  app.post('/v1/messages', async (c) => {
    const body = await bodyOf(c, false);
    if (body instanceof Response) return body;
    const request = body as MessagesRequest;
    const script = queue.shift() ?? {};
    if (script.fail) {
      const { status, type, message, retryAfterSeconds } = script.fail;
      return refuse(c, status, type, message ?? type, retryAfterSeconds);
    }
    const answer = answerOf(id('msg'), request, script, cache.account(body));
    const outgoing = c.env.outgoing as ServerResponse;
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (outgoing.writableFinished || script.cutAfterChars !== undefined) return;
      aborted += 1;
      gone.abort();
    });
    outgoing.setHeader('request-id', id('req'));
    for (const kind of ['requests', 'input-tokens', 'output-tokens']) {
      outgoing.setHeader(`anthropic-ratelimit-${kind}-limit`, '4000');
      outgoing.setHeader(`anthropic-ratelimit-${kind}-remaining`, '3999');
      outgoing.setHeader(`anthropic-ratelimit-${kind}-reset`, new Date(Date.now() + 1000).toISOString());
    }
    await (request.stream ? sendStream : sendWhole)(outgoing, answer, script, gone.signal).catch((error: unknown) => {
      // A script's own failure must not look like a slow model.
      if (!gone.signal.aborted) outgoing.destroy(error as Error);
    });
    return RESPONSE_ALREADY_SENT;
  });

  app.all('/v1/*', (c) => refuse(c, 404, 'not_found_error', 'Not Found'));
  const state = () => structuredClone({ requests, aborted, queued: queue.length });
  app.get('/lab/state', (c) => c.json(state()));
  const loopback = await listenOnLoopback(app, options.port);
  return {
    name: 'anthropic',
    url: loopback.url,
    script: (next) => void queue.push(...(Array.isArray(next) ? (next as readonly Script[]) : [next as Script])),
    requests,
    get aborted() {
      return aborted;
    },
    state,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}

async function pace(script: Script, index: number, signal: AbortSignal): Promise<void> {
  const waitMs = index === 0 ? script.firstTokenDelayMs : script.chunkDelayMs;
  if (waitMs) await delay(waitMs, undefined, { signal });
  await script.gate?.(index);
  signal.throwIfAborted();
}

async function sendWhole(outgoing: ServerResponse, answer: Answer, script: Script, signal: AbortSignal): Promise<void> {
  await pace(script, 0, signal);
  for await (const piece of answer.pieces()) void piece;
  if (script.cutAfterChars !== undefined) return void outgoing.destroy();
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.finished()));
}

async function sendStream(
  outgoing: ServerResponse,
  answer: Answer,
  script: Script,
  signal: AbortSignal,
): Promise<void> {
  const send = (event: { type: string }) => outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const event of answer.opening()) send(event);
  let index = 0;
  let sentChars = 0;
  const breaksAt = Math.min(script.failAfterChars ?? Infinity, script.cutAfterChars ?? Infinity);
  for await (const piece of answer.pieces()) {
    await pace(script, index++, signal);
    const left = breaksAt - sentChars;
    if (left > 0) send(answer.delta(piece.slice(0, left)));
    sentChars += piece.length;
    if (sentChars >= breaksAt) break;
  }
  if (sentChars >= breaksAt || breaksAt === 0) {
    if (script.cutAfterChars === breaksAt) return void setImmediate(() => outgoing.destroy());
    send(answer.error(script.failType ?? 'overloaded_error'));
    return void outgoing.end();
  }
  for (const event of answer.closing()) send(event);
  outgoing.end();
}

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { createControl } from '#lab/control.ts';
import { createCallGate, type Wording } from '#lab/faults/calls.ts';
import { createFaults, type Faults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer } from '#lab/pane.ts';
import { answerOf } from './answer.ts';
import { createLimits } from './limits.ts';
import type { ErrorType, Script } from './script.ts';
import { sendStream, sendWhole } from './send.ts';
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
  /** Over it the API answers 429; without limit unless told. */
  readonly requestsPerMinute?: number;
  /** The clock of the prompt cache and of the limit, in ms. */
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

/** The call, or null when it is none of the platform's. */
const namesOf = ({ req: { path } }: Context): readonly string[] | null =>
  path.startsWith('/v1/') ? [path.slice(1)] : null;

const wording: Wording = {
  rateLimit: (c, seconds) =>
    refuse(c, 429, 'rate_limit_error', "This request would exceed your organization's rate limit.", Math.ceil(seconds)),
  error: (c, status) =>
    status === 529
      ? refuse(c, status, 'overloaded_error', 'Overloaded')
      : refuse(c, status, 'api_error', 'Internal server error'),
};

/** What a fault makes of an answer that streams. */
function bend(script: Script, faults: Faults): Script {
  const fault = faults.pick('stream', 'v1/messages');
  switch (fault?.fault) {
    case 'mid_stream_error':
      return { ...script, failAfterChars: fault.afterChars, failType: fault.type };
    case 'cut_stream':
      return { ...script, cutAfterChars: fault.afterChars };
    case 'stall':
      return { ...script, stallAfterChars: fault.afterChars };
    case 'ping':
      return { ...script, pingsBeforeChunk: fault.count };
    default:
      return script;
  }
}

/** The Messages API in a box. The API's own errors come back as the API words them; rejects only if the port is taken. */
export async function openAnthropicLab(options: AnthropicLabOptions): Promise<AnthropicLab> {
  const app = new Hono<Bound>();
  const now = options.now ?? (() => Date.now());
  const cache = createPromptCache(options.cacheTokensMin ?? 1024, now);
  const limits = options.requestsPerMinute === undefined ? null : createLimits(options.requestsPerMinute, now);
  const faults = createFaults('anthropic');
  const gate = createCallGate(faults, namesOf, wording);
  const queue: Script[] = [];
  const requests: unknown[] = [];
  let aborted = 0;

  const state = () =>
    structuredClone({
      requests,
      aborted,
      queued: queue.length,
      calls: gate.calls(),
      rateLimited: limits?.refused() ?? 0,
      faults: faults.fired(),
    });
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state, setFaults: faults.set }));
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
    const waitSeconds = limits?.take() ?? 0;
    if (waitSeconds > 0) return wording.rateLimit(c, waitSeconds);
    const scripted = queue.shift() ?? {};
    const script = request.stream ? bend(scripted, faults) : scripted;
    if (script.fail) {
      const { status, type, message, retryAfterSeconds } = script.fail;
      return refuse(c, status, type, message ?? type, retryAfterSeconds);
    }
    const answer = answerOf(id('msg'), request, script, cache.account(body));
    const outgoing = c.env.outgoing as ServerResponse;
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (outgoing.writableFinished || script.cutAfterChars !== undefined) return;
      // Whoever was told that it failed may leave before we have ended.
      if (script.failAfterChars === undefined) aborted += 1;
      gone.abort();
    });
    outgoing.setHeader('request-id', id('req'));
    for (const kind of ['requests', 'input-tokens', 'output-tokens']) {
      outgoing.setHeader(`anthropic-ratelimit-${kind}-limit`, '4000');
      outgoing.setHeader(`anthropic-ratelimit-${kind}-remaining`, '3999');
      outgoing.setHeader(`anthropic-ratelimit-${kind}-reset`, new Date(Date.now() + 1000).toISOString());
    }
    for (const [name, value] of Object.entries(limits?.headers() ?? {})) outgoing.setHeader(name, value);
    await (request.stream ? sendStream : sendWhole)(outgoing, answer, script, gone.signal).catch((error: unknown) => {
      // A script's own failure must not look like a slow model.
      if (!gone.signal.aborted) outgoing.destroy(error as Error);
    });
    return RESPONSE_ALREADY_SENT;
  });

  app.all('/v1/*', (c) => refuse(c, 404, 'not_found_error', 'Not Found'));
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
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: () => limits?.refused() ?? 0,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}

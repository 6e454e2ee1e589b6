import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { createControl } from '#lab/control.ts';
import { createCallGate, type Wording } from '#lab/faults/calls.ts';
import { createFaults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer } from '#lab/pane.ts';
import { readProtobufSpans } from './protobuf.ts';
import { readJsonSpans, type Span } from './spans.ts';

export interface LangfuseLabOptions {
  readonly port?: number;
  readonly publicKey: string;
  readonly secretKey: string;
}

export interface Score {
  readonly id: string;
  readonly name: string;
  readonly value: number | string | boolean;
  readonly traceId?: string;
  readonly [field: string]: unknown;
}

export interface LangfuseLab extends LabServer {
  readonly name: 'langfuse';
  /** Every span taken, in the order of arrival; one that is exported again replaces itself. */
  spans(): readonly Span[];
  scores(): readonly Score[];
  /** Exports taken, by encoding. */
  exports(): Readonly<Record<'json' | 'protobuf', number>>;
  /** Refuses the next calls without taking anything of them. */
  failNext(calls: number, status: number): void;
  /** Makes every answer wait. */
  setDelay(delayMs: number): void;
}

type Bound = { Bindings: HttpBindings };

const namesOf = ({ req: { path } }: Context): readonly string[] | null =>
  path.startsWith('/api/') ? [path.slice(1)] : null;

const wording: Wording = {
  rateLimit: (c, seconds) =>
    c.json({ message: 'Rate limit exceeded' }, 429, { 'retry-after': String(Math.ceil(seconds)) }),
  error: (c, status) =>
    status === 429
      ? wording.rateLimit(c, 1)
      : c.json({ message: 'Internal Server Error', error: 'An unknown error occurred' }, status as 500),
};

const bodyOf = async (c: Context): Promise<Buffer> => {
  const body = Buffer.from(await c.req.arrayBuffer());
  return c.req.header('content-encoding') === 'gzip' ? gunzipSync(body) : body;
};

const isScore = (body: unknown): body is Omit<Score, 'id'> & { id?: string } => {
  const { name, value } = (body ?? {}) as Partial<Score>;
  return typeof name === 'string' && ['number', 'string', 'boolean'].includes(typeof value);
};

const badRequest = (c: Context, error: unknown) =>
  c.json({ message: 'Invalid request data', error: error instanceof Error ? error.message : String(error) }, 400);

/** Langfuse in a box: takes traces and scores and shows them. Rejects only if the port is taken. */
export async function openLangfuseLab(options: LangfuseLabOptions): Promise<LangfuseLab> {
  const app = new Hono<Bound>();
  const faults = createFaults('langfuse');
  const gate = createCallGate(faults, namesOf, wording);
  const credentials = `Basic ${Buffer.from(`${options.publicKey}:${options.secretKey}`).toString('base64')}`;
  const spans = new Map<string, Span>();
  const scores = new Map<string, Score>();
  const exports = { json: 0, protobuf: 0 };
  let failing = { left: 0, status: 500 };
  let delayMs = 0;

  const state = () =>
    structuredClone({
      spans: [...spans.values()],
      scores: [...scores.values()],
      exports,
      calls: gate.calls(),
      rateLimited: 0,
      faults: faults.fired(),
    });
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state, setFaults: faults.set }));
  app.get('/api/public/health', (c) => c.json({ status: 'OK', version: '3.0.0' }));
  app.use('/api/public/*', async (c, next) => {
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    if (c.req.header('authorization') !== credentials)
      return c.json({ message: "Invalid credentials. Confirm that you've configured the correct host." }, 401);
    if (failing.left > 0) {
      failing.left -= 1;
      return wording.error(c, failing.status);
    }
    return next();
  });

  app.post('/api/public/otel/v1/traces', async (c) => {
    const type = c.req.header('content-type')?.split(';')[0]?.trim();
    const isProtobuf = type === 'application/x-protobuf';
    if (!isProtobuf && type !== 'application/json') return c.json({ message: 'Unsupported content type' }, 415);
    try {
      const body = await bodyOf(c);
      const taken = isProtobuf ? readProtobufSpans(body) : readJsonSpans(body.toString());
      for (const span of taken) spans.set(`${span.traceId} ${span.spanId}`, span);
    } catch (error) {
      return badRequest(c, error);
    }
    exports[isProtobuf ? 'protobuf' : 'json'] += 1;
    return isProtobuf ? c.body('', 200, { 'content-type': 'application/x-protobuf' }) : c.json({});
  });

  const keepScore = (body: Omit<Score, 'id'> & { id?: string }): string => {
    const id = body.id ?? randomUUID();
    scores.set(id, { ...body, id } as Score);
    return id;
  };

  app.post('/api/public/scores', async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    return isScore(body) ? c.json({ id: keepScore(body) }) : badRequest(c, 'A score has a name and a value');
  });

  app.delete('/api/public/scores/:id', (c) => {
    scores.delete(c.req.param('id'));
    return c.body(null, 202);
  });

  // Deprecated by the platform; its client still sends scores this way.
  app.post('/api/public/ingestion', async (c) => {
    const body = (await c.req.json().catch(() => null)) as {
      batch?: { id: string; type: string; body: unknown }[];
    } | null;
    if (!Array.isArray(body?.batch)) return badRequest(c, 'batch is missing');
    const isBad = (event: { type: string; body: unknown }) => event.type === 'score-create' && !isScore(event.body);
    const good = body.batch.filter((event) => !isBad(event));
    for (const event of good) if (event.type === 'score-create' && isScore(event.body)) keepScore(event.body);
    return c.json(
      {
        successes: good.map(({ id }) => ({ id, status: 201 })),
        errors: body.batch.filter(isBad).map(({ id }) => ({ id, status: 400, message: 'Invalid request data' })),
      },
      207,
    );
  });
  app.notFound((c) => c.json({ message: 'Not found' }, 404));

  const loopback = await listenOnLoopback(app, options.port);
  return {
    name: 'langfuse',
    url: loopback.url,
    spans: () => [...spans.values()],
    scores: () => [...scores.values()],
    exports: () => ({ ...exports }),
    failNext: (left, status) => void (failing = { left, status }),
    setDelay: (ms) => void (delayMs = ms),
    state,
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: () => 0,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}

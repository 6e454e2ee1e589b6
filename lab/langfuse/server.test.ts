import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { LangfuseClient } from '@langfuse/client';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider, startObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLangfuseLab, type LangfuseLab } from './server.ts';

const keys = { publicKey: 'pk-lf-lab', secretKey: 'sk-lf-lab' };
let lab: LangfuseLab;

beforeEach(async () => {
  lab = await openLangfuseLab(keys);
});
afterEach(() => lab.close());

/** One turn with one stage, exported by the real SDK. */
async function trace(secretKey = keys.secretKey): Promise<void> {
  const processor = new LangfuseSpanProcessor({ ...keys, secretKey, baseUrl: lab.url, timeout: 5 });
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  setLangfuseTracerProvider(provider);
  const turn = startObservation('turn', { metadata: { channel: 'slack' } });
  turn.otelSpan.setAttribute('session.id', 'conversation-1');
  const stage = turn.startObservation(
    'generate',
    { model: 'claude', usageDetails: { input: 3 } },
    { asType: 'generation' },
  );
  stage.end();
  turn.update({ output: 'answered' });
  turn.end();
  await provider.shutdown();
}

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${lab.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${keys.publicKey}:${keys.secretKey}`).toString('base64')}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });

test('what the SDK exports is seen span by span, with its parent and its attributes', async () => {
  await trace();
  const [turn, stage] = ['turn', 'generate'].map((name) => lab.spans().find((span) => span.name === name));
  expect(lab.spans()).toHaveLength(2);
  expect(turn).toMatchObject({
    parentId: null,
    attributes: {
      'session.id': 'conversation-1',
      'langfuse.observation.output': 'answered',
      'langfuse.observation.metadata.channel': 'slack',
    },
  });
  expect(stage).toMatchObject({
    traceId: turn?.traceId,
    parentId: turn?.spanId,
    attributes: { 'langfuse.observation.type': 'generation', 'langfuse.observation.usage_details': '{"input":3}' },
  });
  expect(stage!.endMs).toBeGreaterThanOrEqual(stage!.startMs);
  expect(Math.abs(Date.now() - turn!.startMs)).toBeLessThan(60_000);
});

test('a wrong key is refused and nothing is taken', async () => {
  await expect(trace('sk-lf-wrong')).rejects.toThrow('Unauthorized');
  expect(lab.spans()).toEqual([]);
  expect((await post('/api/public/otel/v1/traces', '{}', { authorization: '' })).status).toBe(401);
});

test('an export that fails once is sent again and nothing is lost', async () => {
  lab.failNext(1, 503);
  await trace();
  expect(lab.spans()).toHaveLength(2);
  expect(lab.calls()).toBe(2);
}, 15_000);

test('an export whose answer is lost is sent again, and each span is there once', async () => {
  lab.setFaults([{ server: 'langfuse', method: '**/traces', fault: 'applied_then_error', times: 1 }]);
  await trace();
  expect(lab.calls()).toBe(2);
  expect(lab.spans()).toHaveLength(2);
}, 15_000);

test('protobuf and gzip are read as well, and what cannot be read is refused', async () => {
  const bytes = new Uint8Array(await readFile(new URL('fixtures/turn.pb', import.meta.url)));
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const path = '/api/public/otel/v1/traces';
  expect((await post(path, bytes, protobuf)).status).toBe(200);
  expect(lab.spans()).toEqual([
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentId: '00f067aa0ba902b7',
      name: 'generate',
      attributes: {
        'session.id': 'conversation-1',
        tokens: -3,
        cost: 0.25,
        cached: true,
        tags: ['a', 'ü'],
      },
      startMs: 1_700_000_000_123.456,
      endMs: 1_700_000_001_000,
    },
  ]);
  expect((await post(path, gzipSync(bytes), { ...protobuf, 'content-encoding': 'gzip' })).status).toBe(200);
  expect(lab.exports()).toEqual({ json: 0, protobuf: 2 });
  expect((await post(path, bytes.subarray(0, 40), protobuf)).status).toBe(400);
  expect((await post(path, 'no json')).status).toBe(400);
});

test('a score comes over either route, and a half one is refused', async () => {
  const client = new LangfuseClient({ ...keys, baseUrl: lab.url });
  client.score.create({ traceId: 'trace-1', name: 'feedback', value: 1 });
  await client.score.flush();
  await client.shutdown();
  await post('/api/public/scores', JSON.stringify({ traceId: 'trace-2', name: 'resolved', value: 'yes' }));
  expect(lab.scores().map(({ name, value, traceId }) => [name, value, traceId])).toEqual([
    ['feedback', 1, 'trace-1'],
    ['resolved', 'yes', 'trace-2'],
  ]);
  expect((await post('/api/public/scores', '{"traceId":"trace-3"}')).status).toBe(400);
  expect((await post('/api/public/ingestion', '{"batch":[]}')).status).toBe(207);
});

test('a slow sink answers late', async () => {
  lab.setDelay(40);
  const began = performance.now();
  await post('/api/public/scores', JSON.stringify({ name: 'x', value: 1 }));
  expect(performance.now() - began).toBeGreaterThanOrEqual(39);
});

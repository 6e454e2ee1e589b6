import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Script } from './script.ts';

async function pace(script: Script, index: number, signal: AbortSignal): Promise<void> {
  const waitMs = index === 0 ? script.firstTokenDelayMs : script.chunkDelayMs;
  if (waitMs) await delay(waitMs, undefined, { signal });
  await script.gate?.(index);
  signal.throwIfAborted();
}

/** The whole answer as one JSON body. */
export async function sendWhole(
  outgoing: ServerResponse,
  answer: Answer,
  script: Script,
  signal: AbortSignal,
): Promise<void> {
  await pace(script, 0, signal);
  for await (const piece of answer.pieces()) void piece;
  if (script.cutAfterChars !== undefined) return void outgoing.destroy();
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.finished()));
}

/** The answer as server-sent events, broken where the script says. */
export async function sendStream(
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
  const breaksAt = Math.min(
    script.failAfterChars ?? Infinity,
    script.cutAfterChars ?? Infinity,
    script.stallAfterChars ?? Infinity,
  );
  for await (const piece of answer.pieces()) {
    await pace(script, index++, signal);
    for (let pings = script.pingsBeforeChunk ?? 0; pings > 0; pings -= 1) send({ type: 'ping' });
    const left = breaksAt - sentChars;
    if (left > 0) send(answer.delta(piece.slice(0, left)));
    sentChars += piece.length;
    if (sentChars >= breaksAt) break;
  }
  if (sentChars >= breaksAt || breaksAt === 0) {
    if (script.stallAfterChars === breaksAt) {
      await once(outgoing, 'close');
      return;
    }
    if (script.cutAfterChars === breaksAt) return void setImmediate(() => outgoing.destroy());
    send(answer.error(script.failType ?? 'overloaded_error'));
    return void outgoing.end();
  }
  for (const event of answer.closing()) send(event);
  outgoing.end();
}

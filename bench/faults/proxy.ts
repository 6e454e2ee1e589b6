import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backend {
  readonly url: string;
  isUp(): boolean;
}

export interface Taken {
  readonly body: string;
  readonly begunAt: number;
  readonly endedAt: number;
}

export interface Proxy extends AsyncDisposable {
  readonly url: string;
}

/** Slack sends an event again that was answered 503; the others do not, so for them it is held until somebody is there. */
const heldMsMax: Readonly<Record<string, number>> = { slack: 0, teams: 12_000, sms: 12_000, web: 0 };
const lookMs = 100;

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

type Result = 'answered' | 'refused' | 'cut';

/** Passes the request on and its answer back; `refused` when nobody listened and nothing was sent. */
const forward = (
  backend: Backend,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): Promise<Result> =>
  new Promise((resolve) => {
    const passed = request(
      `${backend.url}${incoming.url ?? '/'}`,
      { method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
        answer.on('aborted', () => outgoing.destroy());
        answer.on('end', () => resolve('answered'));
        answer.on('close', () => resolve('cut'));
      },
    );
    outgoing.on('close', () => passed.destroy());
    passed.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'cut'));
    passed.end(body);
  });

/**
 * Spreads requests over the workers that are up, in turn: where none is, a request is answered 503, and one that broke off in
 * the middle 502. `onTaken` hears of every POST that a worker answered with 2xx.
 */
export const openProxy = async (backends: readonly Backend[], onTaken: (taken: Taken) => void): Promise<Proxy> => {
  let turn = 0;

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const begunAt = Date.now();
    const channel = /^\/channels\/(\w+)/.exec(incoming.url ?? '')?.[1] ?? '';
    const heldMs = heldMsMax[channel] ?? 0;
    for (;;) {
      turn += 1;
      const up = backends.filter((one) => one.isUp());
      const backend = up[turn % up.length];
      const result = backend ? await forward(backend, incoming, body, outgoing) : 'refused';
      if (result === 'answered') {
        if (incoming.method === 'POST' && outgoing.statusCode < 300)
          onTaken({ body: body.toString(), begunAt, endedAt: Date.now() });
        return;
      }
      if (outgoing.headersSent) return void outgoing.destroy();
      if (result === 'cut') return void outgoing.writeHead(502).end();
      if (Date.now() - begunAt >= heldMs || outgoing.destroyed) return void outgoing.writeHead(503).end();
      await sleep(lookMs);
    }
  };

  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

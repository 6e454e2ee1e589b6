import { type Server } from 'node:http';

import { getRequestListener } from '@hono/node-server';
import { createServer } from 'node:http';
import { Hono } from 'hono';
import type { Logger } from 'pino';

import type { Channel } from '#core/channel.ts';
import { Refused, StartError, nameOf } from '#core/errors.ts';
import type { Metrics } from '#insight/metrics.ts';

import type { Config } from './config.ts';
import { readBody } from './read-body.ts';

export interface ServerParts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly bodyLengthMax: number;
  /** Problems that keep this process from doing its work; empty when it is ready. */
  readonly readiness: () => Promise<readonly string[]>;
  /** A file that people on two platforms share, by its code; null where there is none. */
  readonly sharedFile: (code: string) => Promise<Response | null>;
  /** The desk in a browser; null where nobody may sign in. */
  readonly console: Hono | null;
  /** Pages that only the sandbox has. */
  readonly extra?: Hono;
}

const toRoutes = (parts: ServerParts): Hono => {
  const app = new Hono();
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/ready', async (context) => {
    const problems = await parts.readiness();
    return context.json(
      { status: problems.length === 0 ? 'ready' : 'not ready', problems },
      problems.length === 0 ? 200 : 503,
    );
  });
  app.get('/metrics', async (context) =>
    context.body(await parts.metrics.text(), 200, { 'content-type': parts.metrics.contentType }),
  );
  app.get('/files/:code{[\\w-]{22}}', async (context) => {
    const file = await parts.sharedFile(context.req.param('code'));
    return file ?? context.text('There is no file here any more. Ask whoever sent it to send it again.', 404);
  });
  app.all('/channels/:name/*', async (context) => {
    const name = context.req.param('name');
    const channel = parts.channels.get(name);
    // Never the name from the address, which is anybody's to choose.
    const counted = channel ? name : 'unknown';
    try {
      const request = await readBody(context.req.raw, parts.bodyLengthMax);
      if (!request) throw new Refused(413, 'body_too_large', { connection: 'close' });
      if (!channel?.webhook) throw new Refused(404, 'unknown_channel');
      return await channel.webhook(request);
    } catch (error) {
      if (error instanceof Refused) {
        parts.metrics.refused(counted, error.reason);
        return context.json({ error: error.reason }, error.status, error.headers);
      }
      parts.metrics.events(counted, 'failed');
      parts.logger.error(
        { channel: name, error: nameOf(error) },
        'an event could not be stored; the platform will send it again',
      );
      return context.json({ error: 'not_stored' }, 500);
    }
  });
  if (parts.console) app.route('/', parts.console);
  if (parts.extra) app.route('/', parts.extra);
  return app;
};

export interface OpenServer {
  readonly url: string;
  /** Takes no new connections and ends the idle ones. */
  close(): Promise<void>;
}

/** Throws StartError where nobody can listen, before anything else is opened. */
export const checkPort = ({ port, host }: { port: number; host: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${cause.code ?? cause.message})`;
      reject(
        new StartError(
          `Port ${port} ${reason}. Stop what listens there, or choose another: PORT=${port + 1} npm start`,
          {
            cause,
          },
        ),
      );
    });
    server.listen(port, host, () => server.close(() => resolve()));
  });

/** Listens; a port of 0 takes any free one. */
export const openServer = (parts: ServerParts, { port, host, keepAliveMs }: Config['server']): Promise<OpenServer> => {
  const server: Server = createServer({ keepAliveTimeout: keepAliveMs }, getRequestListener(toRoutes(parts).fetch));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve({
        url: `http://localhost:${bound}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
};

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { getRequestListener } from '@hono/node-server';

import type { Channel } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';

export interface WebhookServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves a channel's webhook alone, as the app would. */
export const createWebhookServer = async (channel: Pick<Channel, 'webhook'>): Promise<WebhookServer> => {
  const server = createServer(
    getRequestListener(async (request) => {
      try {
        return (await channel.webhook?.(request)) ?? new Response(null, { status: 404 });
      } catch (error) {
        if (!(error instanceof Refused)) return new Response(null, { status: 500 });
        return new Response(error.reason, { status: error.status, headers: error.headers });
      }
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

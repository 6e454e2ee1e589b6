import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Loopback {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly server: Server;
  /** Ends at once: open sockets, streams and WebSockets included. */
  close(): Promise<void>;
}

/** Serves the app on 127.0.0.1 only; port 0 takes a free one. Rejects with the system's error if the port is taken. */
export async function listenOnLoopback(app: Hono<{ Bindings: HttpBindings }>, port = 0): Promise<Loopback> {
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0]);
  // As long as the platforms' own: a shorter one closes a connection while its next request is on the way.
  const server = createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => void listener(incoming, outgoing));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

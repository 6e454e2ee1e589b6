import { connect, createServer, type Socket } from 'node:net';

export interface StillProxy extends AsyncDisposable {
  readonly port: number;
  /** Swallows everything on both ways and closes nothing, as a network does whose cable was pulled. */
  beStill(isStill: boolean): void;
}

/** Stands between a client and a server. What is sent while it is still is lost, with the connection it was sent on. */
export const openStillProxy = async (to: { readonly host: string; readonly port: number }): Promise<StillProxy> => {
  const sockets = new Set<Socket>();
  /** Connections on which something was swallowed: what follows would make no sense to the other side. */
  const spoiled = new WeakSet<Socket>();
  let isStill = false;
  const pass = (from: Socket, into: Socket): void => {
    sockets.add(from);
    from.on('data', (data) => {
      if (isStill) spoiled.add(from).add(into);
      if (!spoiled.has(from)) into.write(data);
    });
    from.on('error', () => into.destroy());
    from.on('close', () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(to);
    pass(client, upstream);
    pass(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    beStill: (still) => {
      isStill = still;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

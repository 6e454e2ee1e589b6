import { createServer } from 'node:net';

/**
 * Below those that the system gives to whoever asks for none in particular (ip_local_port_range begins at 32768): such a one may be
 * taken between the look and its use.
 */
const first = 15_000;
const perWorker = 2000;

let next = first + perWorker * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 8) + Math.floor(Math.random() * perWorker);

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** A port nobody listens on now, and which this worker gives to nobody else. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = next;
    next = port + 1;
    if (await isFree(port)) return port;
  }
};

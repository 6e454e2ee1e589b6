import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, vi } from 'vitest';
import { openSlackLab, type SlackLab, type SlackLabOptions } from './server.ts';

export const secrets = { signingSecret: 'shh', botToken: 'xoxb-lab', appToken: 'xapp-lab' };
const open: (() => unknown)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0).toReversed()) await close();
});

/** Latest first, once the test is over. */
export const closeAfterTest = (close: () => unknown): void => void open.push(close);

/** A lab with Ada, her direct message `DADA` and the channel `CHELP`; closed after the test. */
export const openLab = async (options: Partial<SlackLabOptions> = {}): Promise<SlackLab> => {
  const lab = await openSlackLab({ ...secrets, rateLimits: 'off', retryDelaysMs: [0, 5, 5], ...options });
  closeAfterTest(() => lab.close());
  lab.addUser({ id: 'UADA', name: 'Ada Byron', email: 'ada@example.com' });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  lab.addRoom({ id: 'CHELP', name: 'help', kind: 'channel' });
  return lab;
};

/** The real Web API client, which neither retries nor waits. */
export const clientOf = (lab: SlackLab, token = secrets.botToken) =>
  new WebClient(token, {
    slackApiUrl: lab.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

/** A Bolt app over HTTP; collects the raw event envelopes it was given. */
export const openBolt = async (lab: SlackLab) => {
  const receiver = new HTTPReceiver({ signingSecret: secrets.signingSecret, logLevel: LogLevel.ERROR, port: 0 });
  const app = new App({
    token: secrets.botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    ignoreSelf: false,
    clientOptions: { slackApiUrl: lab.url },
  });
  const envelopes: Record<string, any>[] = [];
  app.use(async ({ body, next }) => {
    envelopes.push(body as Record<string, any>);
    await next();
  });
  const server = (await app.start(0)) as ReturnType<typeof createServer>;
  closeAfterTest(() => app.stop());
  lab.setEventsUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return { app, envelopes };
};

/** A bare HTTP endpoint that answers as told and remembers the headers. */
export const openEndpoint = async (answer: (count: number, response: ServerResponse) => void) => {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      headers.push(request.headers);
      answer(headers.length, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTest(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, headers };
};

/** The platform's error word, or 'accepted'. */
export const refusal = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: { data?: { error: string } }) => error.data?.error ?? String(error),
  );

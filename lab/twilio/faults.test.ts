import twilio from 'twilio';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openTwilioLab, type TwilioLab } from './server.ts';

const accountSid = `AC${'0'.repeat(32)}`;
const from = '+15550001111';
const person = '+15552223333';
let lab: TwilioLab;
let webhook: Server;
let heard: { body: URLSearchParams; token: unknown }[];

beforeEach(async () => {
  heard = [];
  webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      heard.push({ body: new URLSearchParams(body), token: request.headers['i-twilio-idempotency-token'] });
      response.setHeader('content-type', 'text/xml').end('<Response/>');
    });
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const inboundUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/sms`;
  lab = await openTwilioLab({
    accountSid,
    authToken: 'token',
    from,
    rateLimits: 'off',
    statusIntervalMs: 5,
    inboundUrl,
  });
});
afterEach(async () => {
  await lab.close();
  webhook.closeAllConnections();
  webhook.close();
});

const clientOf = () => {
  const inner = new twilio.RequestClient();
  const request: typeof inner.request = (options) =>
    inner.request({ ...options, uri: options.uri.replace('https://api.twilio.com', lab.url) });
  return twilio(accountSid, 'token', { httpClient: { request } as twilio.RequestClient });
};

test('a create whose answer is lost is found again in the list', async () => {
  lab.setFaults([{ server: 'twilio', method: 'Messages.create', fault: 'applied_then_cut', times: 1 }]);
  const client = clientOf();
  await expect(client.messages.create({ to: person, from, body: 'once' })).rejects.toThrow();
  expect((await client.messages.list({ to: person })).map(({ body }) => body)).toEqual(['once']);
});

test('an injected 429 carries the code of the platform', async () => {
  lab.setFaults([{ server: 'twilio', method: 'Messages.*', fault: 'rate_limit', retryAfterSeconds: 2 }]);
  await expect(clientOf().messages.create({ to: person, from, body: 'x' })).rejects.toMatchObject({
    status: 429,
    code: 20429,
  });
  expect(lab.pane.view(person).messages).toEqual([]);
  expect(lab.rateLimited()).toBe(0);
});

test('a duplicated webhook has the same message and the same idempotency token', async () => {
  lab.setFaults([{ server: 'twilio', method: 'events/inbound', fault: 'duplicate', times: 1 }]);
  await lab.pane.say({ room: person, user: person, text: 'hi' });
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  expect(new Set(heard.map(({ body }) => body.get('MessageSid'))).size).toBe(1);
  expect(new Set(heard.map(({ token }) => token)).size).toBe(1);
});

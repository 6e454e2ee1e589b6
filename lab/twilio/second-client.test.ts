import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { openTwilioLab, type TwilioLab } from './server.ts';

/** Debian's own, which has python3-twilio: not the platform's client for Node that the product uses. */
const python = '/usr/bin/python3';
const isInstalled = spawnSync(python, ['-c', 'import twilio']).status === 0;
const account = `AC${'0'.repeat(32)}`;
const token = 'token';
const from = '+15550001111';
const person = '+15552223333';

let lab: TwilioLab | undefined;
afterEach(async () => {
  await lab?.close();
  lab = undefined;
});
const openLab = async (): Promise<TwilioLab> =>
  (lab = await openTwilioLab({ accountSid: account, authToken: token, from, rateLimits: 'off', statusIntervalMs: 5 }));

/** Not in this process, where the lab answers. */
const ask = async (what: object): Promise<unknown> => {
  const child = spawn(python, [new URL('second_client.py', import.meta.url).pathname]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  child.stdin.end(JSON.stringify({ url: lab?.url, account, token, ...what }));
  await once(child, 'close');
  expect(errors).toBe('');
  return JSON.parse(output) as unknown;
};

// Where it is not installed (apt-get install python3-twilio) this is told as skipped; the project's own check installs it.
test.skipIf(!isInstalled)(
  'a client that knows only Twilio sends, fetches, lists, and reads refusals as Twilio words them',
  async () => {
    const { pane } = await openLab();
    const sent = await ask({ what: 'send', message: { to: person, from_: from, body: 'Hello' } });
    expect(sent).toMatchObject({ status: 'queued', body: 'Hello', direction: 'outbound-api', segments: '1' });
    const { sid } = sent as { sid: string };
    await expect.poll(() => ask({ what: 'fetch', sid })).toMatchObject({ sid, status: 'delivered' });
    expect(await ask({ what: 'list', to: person })).toMatchObject([{ sid, body: 'Hello' }]);
    expect(pane.view(person).messages.map(({ text }) => text)).toEqual(['Hello']);
    const refused = async (message: object) =>
      ask({ what: 'send', message: { to: person, from_: from, body: 'x', ...message } });
    expect(await refused({ to: '12' })).toEqual({ code: 21211, status: 400 });
    expect(await refused({ body: 'x'.repeat(1601) })).toEqual({ code: 21617, status: 400 });
    expect(await ask({ what: 'fetch', sid: 'SM0' })).toEqual({ code: 20404, status: 404 });
    expect(await ask({ what: 'fetch', sid, token: 'wrong' })).toEqual({ code: 20003, status: 401 });
  },
);

test.skipIf(!isInstalled)(
  'it takes what the lab delivers for signed by Twilio, and nothing that was changed',
  async () => {
    const { receive, setInboundUrl } = await openLab();
    const calls: { signature: string; form: Record<string, string> }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const signature = String(request.headers['x-twilio-signature']);
        calls.push({ signature, form: Object.fromEntries(new URLSearchParams(body)) });
        response.setHeader('content-type', 'text/xml').end('<Response/>');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms?tenant=a%20b`;
    setInboundUrl(address);
    await receive({ from: person, body: ' Fish & chips? ' });
    server.close();
    const [call] = calls;
    expect(await ask({ what: 'validate', address, ...call })).toBe(true);
    expect(await ask({ what: 'validate', address, ...call, form: { ...call?.form, Body: 'Pizza?' } })).toBe(false);
  },
);

import { SocketModeClient } from '@slack/socket-mode';
import { LogLevel } from '@slack/bolt';
import { expect, test, vi } from 'vitest';
import type { FaultRule } from '#lab/faults/script.ts';
import type { SlackLab } from './server.ts';
import { clientOf, closeAfterTest, openBolt, openEndpoint, openLab, refusal, secrets } from './test-bench.ts';

const posting = (fault: object) => ({ server: 'slack', method: 'chat.postMessage', ...fault }) as FaultRule;
const texts = (lab: SlackLab, room = 'CHELP') => lab.pane.view(room).messages.map(({ text }) => text);

test.each([
  ['applied_then_cut', {}],
  ['applied_then_error', { status: 502 }],
])('after %s the client knows of no message, and the room holds it once', async (fault, more) => {
  const lab = await openLab();
  lab.setFaults([posting({ fault, times: 1, ...more })]);
  const client = clientOf(lab);
  await expect(client.chat.postMessage({ channel: 'CHELP', text: 'once' })).rejects.toThrow();
  expect(texts(lab)).toEqual(['once']);
  await client.chat.postMessage({ channel: 'CHELP', text: 'twice' });
  expect(texts(lab)).toEqual(['once', 'twice']);
  expect(lab.state()).toMatchObject({ calls: 2, rateLimited: 0, faults: { [`chat.postMessage ${fault}`]: 1 } });
});

test.each([['cut'], ['error']])('after %s the room holds nothing', async (fault) => {
  const lab = await openLab();
  lab.setFaults([posting({ fault })]);
  await expect(clientOf(lab).chat.postMessage({ channel: 'CHELP', text: 'lost' })).rejects.toThrow();
  expect(texts(lab)).toEqual([]);
  lab.setFaults(null);
  expect(await refusal(clientOf(lab).chat.postMessage({ channel: 'CHELP', text: 'kept' }))).toBe('accepted');
});

test('an injected 429 is the platform’s own, but does not count as caused by us', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const lab = await openLab({ rateLimits: 'on' });
  lab.setFaults([posting({ fault: 'rate_limit', retryAfterSeconds: 7, times: 1 })]);
  const client = clientOf(lab);
  await expect(client.chat.postMessage({ channel: 'CHELP', text: 'x' })).rejects.toMatchObject({
    code: 'slack_webapi_rate_limited_error',
    retryAfter: 7,
  });
  expect(lab.rateLimited()).toBe(0);
  await Promise.allSettled(Array.from({ length: 7 }, () => client.chat.postMessage({ channel: 'CHELP', text: 'x' })));
  expect(lab.rateLimited()).toBe(2);
  expect(lab.calls()).toBe(8);
});

test('a duplicated event comes under its own id, as a retry', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  lab.setFaults([{ server: 'slack', method: 'events/message', fault: 'duplicate', copies: 2, times: 1 }]);
  await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hello' });
  await vi.waitFor(() => expect(envelopes).toHaveLength(3));
  expect(new Set(envelopes.map(({ event_id }) => event_id)).size).toBe(1);
  await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'again' });
  await vi.waitFor(() => expect(envelopes).toHaveLength(4));
});

test('copies carry the headers of a retry', async () => {
  const lab = await openLab();
  const endpoint = await openEndpoint((_, response) => response.end());
  lab.setEventsUrl(endpoint.url);
  lab.setFaults([{ server: 'slack', method: 'events', fault: 'duplicate' }]);
  await lab.deliver({ type: 'message', text: 'x' });
  const retries = endpoint.headers.map((headers) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
  expect(retries).toHaveLength(2);
  expect(retries).toEqual(
    expect.arrayContaining([
      [undefined, undefined],
      ['1', 'http_timeout'],
    ]),
  );
});

test('a reordered event arrives behind the next one', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  lab.setFaults([{ server: 'slack', method: 'events/message', fault: 'reorder', heldMs: 5000, times: 1 }]);
  for (const text of ['first', 'second']) await lab.pane.say({ room: 'DADA', user: 'UADA', text });
  await vi.waitFor(() => expect(envelopes.map(({ event }) => event.text)).toEqual(['second', 'first']));
});

const connect = async (lab: SlackLab) => {
  const client = new SocketModeClient({
    appToken: secrets.appToken,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: lab.url },
    clientPingTimeout: 100,
  });
  closeAfterTest(() => client.disconnect());
  const seen: string[] = [];
  client.on('slack_event', async ({ ack, body }) => {
    seen.push(body.event.text);
    await ack().catch(() => undefined);
  });
  await client.start();
  return { client, seen };
};

test.each([['refresh'], ['drop']] as const)(
  'a socket lost to %s comes back, and what it did not acknowledge is sent again',
  async (fault) => {
    const lab = await openLab({ ackTimeoutMs: 200, retryDelaysMs: [0, 1000, 6000] });
    const { client, seen } = await connect(lab);
    lab.setFaults([{ server: 'slack', method: 'socket', fault, times: 1 }]);
    const back = new Promise((resolve) => client.once('connected', resolve));
    const outcome = lab.deliver({ type: 'message', text: 'one' });
    await back;
    expect((await outcome).delivered).toBe(true);
    await lab.deliver({ type: 'message', text: 'two' });
    expect(new Set(seen)).toEqual(new Set(['one', 'two']));
    expect(lab.state()).toMatchObject({ faults: { [`socket ${fault}`]: 1 } });
  },
  20_000,
);

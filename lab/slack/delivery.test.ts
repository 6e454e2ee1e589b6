import { expect, test } from 'vitest';
import { openBolt, openEndpoint, openLab } from './test-bench.ts';

test('an event is sent again until it is acknowledged, with the number and the reason', async () => {
  const lab = await openLab();
  const endpoint = await openEndpoint((count, response) => response.writeHead(count < 3 ? 500 : 200).end());
  lab.setEventsUrl(endpoint.url);
  const outcome = await lab.deliver({ type: 'message', text: 'x' });
  expect(outcome).toMatchObject({
    delivered: true,
    attempts: [{ status: 500, reason: 'http_error' }, { status: 500 }, { status: 200, reason: null }],
  });
  expect(endpoint.headers.map((headers) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
  ]);
});

test('an app that stays silent is called four times; one that says so is not called again', async () => {
  const lab = await openLab({ ackTimeoutMs: 30 });
  const silent = await openEndpoint(() => undefined);
  lab.setEventsUrl(silent.url);
  expect((await lab.deliver({ type: 'message' })).attempts.map(({ reason }) => reason)).toEqual(
    Array(4).fill('http_timeout'),
  );
  const stopping = await openEndpoint((_, response) => response.writeHead(500, { 'x-slack-no-retry': '1' }).end());
  lab.setEventsUrl(stopping.url);
  expect((await lab.deliver({ type: 'message' })).attempts).toHaveLength(1);
});

test('Bolt accepts the signature and the URL handshake, and refuses forged and stale requests', async () => {
  const lab = await openLab({ retryDelaysMs: [] });
  await openBolt(lab);
  expect(await lab.verifyEventsUrl()).toBe(true);
  expect((await lab.deliver({ type: 'app_home_opened' })).attempts[0]?.status).toBe(200);
  expect((await lab.deliver({ type: 'app_home_opened' }, { signingSecret: 'wrong' })).attempts[0]?.status).toBe(401);
  expect((await lab.deliver({ type: 'app_home_opened' }, { timestampShiftSeconds: -600 })).attempts[0]?.status).toBe(
    401,
  );
});

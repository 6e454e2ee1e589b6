import { SlackAPIClient, SlackAPIError } from 'slack-web-api-client';
import { expect, test } from 'vitest';

import { openLab, secrets } from './test-bench.ts';

/** Not the platform's own client, and not the one that the product uses: what both take for Slack is Slack's and not theirs. */
const clientOf = (url: string, token = secrets.botToken) =>
  new SlackAPIClient(token, { baseUrl: url, logLevel: 'ERROR' });

test('a client that knows only Slack posts, reads, changes and finds', async () => {
  const lab = await openLab();
  const client = clientOf(lab.url);
  expect(await client.auth.test()).toMatchObject({ ok: true, user_id: lab.botUserId });
  const posted = await client.chat.postMessage({
    channel: 'CHELP',
    text: 'Hello',
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*Hello*' } }],
    metadata: { event_type: 'tried', event_payload: { key: 'k1' } },
  });
  expect(posted).toMatchObject({ ok: true, channel: 'CHELP' });
  await client.chat.update({ channel: 'CHELP', ts: posted.ts ?? '', text: 'Hello again', blocks: [] });
  const found = await client.conversations.history({ channel: 'CHELP', include_all_metadata: true });
  expect(found.messages).toMatchObject([
    { text: 'Hello again', metadata: { event_type: 'tried', event_payload: { key: 'k1' } }, edited: {} },
  ]);
  expect((await client.users.info({ user: 'UADA' })).user).toMatchObject({ id: 'UADA' });
  expect((await client.conversations.open({ users: 'UADA' })).channel).toMatchObject({ id: 'DADA' });
});

test('it reads refusals as Slack words them', async () => {
  const lab = await openLab();
  const refusal = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'accepted',
      (error: unknown) => (error instanceof SlackAPIError ? error.error : error),
    );
  expect(await refusal(clientOf(lab.url).chat.postMessage({ channel: 'CNONE', text: 'x' }))).toBe('channel_not_found');
  expect(await refusal(clientOf(lab.url, 'xoxb-other').auth.test())).toBe('invalid_auth');
});

import { expect, test, vi } from 'vitest';
import { clientOf, openBolt, openLab, refusal } from './test-bench.ts';

test('a person writes in a direct message and the app answers, edits and finds its metadata again', async () => {
  const lab = await openLab();
  const { app, envelopes } = await openBolt(lab);
  app.message('hello', async ({ message, client }) => {
    const { channel, ts } = message;
    const sent = await client.chat.postMessage({
      channel,
      thread_ts: ts,
      text: 'thinking',
      metadata: { event_type: 'turn', event_payload: { id: '7' } },
    });
    await client.chat.update({ channel, ts: sent.ts!, text: 'Hi *Ada*' });
  });
  const ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hello' });
  await vi.waitFor(() =>
    expect(lab.pane.view('DADA').messages[1]).toMatchObject({
      thread: ts,
      text: 'Hi *Ada*',
      edited: true,
      markup: 'mrkdwn',
    }),
  );
  await vi.waitFor(() =>
    expect(envelopes.map(({ event }) => [event.subtype ?? 'new', event.channel_type])).toContainEqual([
      'message_changed',
      'im',
    ]),
  );
  expect(envelopes.find(({ event }) => event.bot_id)).toBeDefined();

  const replies = await clientOf(lab).conversations.replies({ channel: 'DADA', ts, include_all_metadata: true });
  expect(replies.messages?.map((message) => message.metadata?.event_payload)).toEqual([undefined, { id: '7' }]);
  const without = await clientOf(lab).conversations.replies({ channel: 'DADA', ts });
  expect(without.messages?.[1]?.metadata).toBeUndefined();
});

test('a mention in a channel arrives as message and as app_mention, under two event ids', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  await lab.pane.say({ room: 'CHELP', user: 'UADA', text: `<@${lab.botUserId}> help` });
  await vi.waitFor(() =>
    expect(envelopes.map(({ event }) => event.type).toSorted()).toEqual(['app_mention', 'message']),
  );
  expect(new Set(envelopes.map(({ event_id }) => event_id)).size).toBe(2);
  expect(new Set(envelopes.map(({ event }) => event.ts)).size).toBe(1);
});

test('what the platform refuses is refused with its own words', async () => {
  const lab = await openLab();
  lab.addRoom({ id: 'COUT', name: 'elsewhere', kind: 'channel', joined: false });
  const client = clientOf(lab);
  const channel = 'CHELP';
  const theirs = await lab.pane.say({ room: channel, user: 'UADA', text: 'mine' });
  const { ts } = await client.chat.postMessage({ channel, text: 'ours' });
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const button = (text: string) => ({
    type: 'actions',
    elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text } }],
  });
  const post = (more: object) => refusal(client.apiCall('chat.postMessage', { channel, ...more }));
  expect(await refusal(clientOf(lab, '').auth.test())).toBe('not_authed');
  expect(await refusal(clientOf(lab, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
  expect(await refusal(client.apps.connections.open())).toBe('not_allowed_token_type');
  expect(await refusal(client.apiCall('chat.shout', {}))).toBe('unknown_method');
  expect(await post({ channel: 'CNOPE', text: 'x' })).toBe('channel_not_found');
  expect(await post({ channel: 'COUT', text: 'x' })).toBe('not_in_channel');
  expect(await post({})).toBe('no_text');
  expect(await post({ text: 'x', thread_ts: '1.000001' })).toBe('thread_not_found');
  expect(await post({ text: 'x', markdown_text: 'y' })).toBe('markdown_text_conflict');
  expect(await post({ markdown_text: 'y'.repeat(12_001) })).toBe('msg_too_long');
  expect(await post({ text: 'x', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) })).toBe(
    'invalid_blocks',
  );
  expect(await post({ text: 'x', blocks: [section('y'.repeat(3001))] })).toBe('invalid_blocks');
  expect(await post({ text: 'x', blocks: [button('y'.repeat(76))] })).toBe('invalid_blocks');
  expect(await post({ text: 'x', blocks: [section('y'.repeat(3000)), button('y'.repeat(75))] })).toBe('accepted');
  expect(await refusal(client.chat.update({ channel, ts: ts!, text: 'y'.repeat(4001) }))).toBe('msg_too_long');
  expect(await refusal(client.chat.update({ channel, ts: ts!, text: 'y'.repeat(4000) }))).toBe('accepted');
  expect(await refusal(client.chat.update({ channel, ts: theirs, text: 'y' }))).toBe('cant_update_message');
  expect(await refusal(client.chat.update({ channel, ts: '1.000001', text: 'y' }))).toBe('message_not_found');
  expect(await refusal(client.conversations.replies({ channel, ts: '1.000001' }))).toBe('thread_not_found');
  expect(await refusal(client.users.info({ user: 'UNONE' }))).toBe('user_not_found');
});

test('the 51st edit in a minute and the sixth quick post in a channel are told to wait', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const lab = await openLab({ rateLimits: 'on' });
  const client = clientOf(lab);
  const { ts } = await client.chat.postMessage({ channel: 'CHELP', text: '0' });
  const edits = await Promise.allSettled(
    Array.from({ length: 51 }, (_, index) => client.chat.update({ channel: 'CHELP', ts: ts!, text: String(index) })),
  );
  expect(edits.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'slack_webapi_rate_limited_error', retryAfter: expect.any(Number) } },
  ]);
  const posts = await Promise.allSettled(
    Array.from({ length: 5 }, () => client.chat.postMessage({ channel: 'CHELP', text: 'x' })),
  );
  expect(posts.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await refusal(client.chat.postMessage({ channel: 'DADA', text: 'another channel' }))).toBe('accepted');
});

test('pages are followed to the end and an unknown cursor is refused', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  for (let index = 0; index < 5; index += 1) await lab.pane.say({ room: 'CHELP', user: 'UADA', text: String(index) });
  const texts: (string | undefined)[] = [];
  for await (const page of client.paginate('conversations.history', { channel: 'CHELP', limit: 2 }))
    texts.push(...((page as { messages?: { text: string }[] }).messages ?? []).map(({ text }) => text));
  expect(texts).toEqual(['4', '3', '2', '1', '0']);
  expect(await refusal(client.conversations.history({ channel: 'CHELP', cursor: 'bm9uc2Vuc2U=' }))).toBe(
    'invalid_cursor',
  );
});

test('a token without the scope is told which one it lacks', async () => {
  const lab = await openLab({ scopes: ['chat:write', 'im:history'] });
  const client = clientOf(lab);
  expect(await refusal(client.conversations.history({ channel: 'DADA' }))).toBe('accepted');
  await expect(client.conversations.history({ channel: 'CHELP' })).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'channels:history', provided: 'chat:write,im:history' },
  });
});

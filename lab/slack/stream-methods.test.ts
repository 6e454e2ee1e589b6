import { expect, test, vi } from 'vitest';
import type { SlackLabOptions } from './server.ts';
import { clientOf, openLab, refusal } from './test-bench.ts';

const openStream = async (options: Partial<SlackLabOptions> = {}) => {
  const lab = await openLab({ retryDelaysMs: [], ...options });
  const client = clientOf(lab);
  const thread_ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hi' });
  const start = async () => (await client.chat.startStream({ channel: 'DADA', thread_ts, markdown_text: 'Hel' })).ts!;
  return { lab, client, thread_ts, start };
};

test('the SDK streams an answer that grows on the screen and ends with buttons', async () => {
  const { lab, client, thread_ts } = await openStream();
  const streamer = client.chatStream({ channel: 'DADA', thread_ts, buffer_size: 4 });
  await streamer.append({ markdown_text: '**Hello' });
  expect(lab.pane.view('DADA').messages[1]).toMatchObject({ text: '**Hello', status: 'streaming', thread: thread_ts });
  await streamer.append({ markdown_text: ' Ada**' });
  const button = {
    type: 'button' as const,
    action_id: 'agent',
    text: { type: 'plain_text' as const, text: 'A person' },
  };
  await streamer.stop({ blocks: [{ type: 'actions', elements: [button] }] });
  const shown = lab.pane.view('DADA').messages[1];
  expect(shown).toMatchObject({ text: '**Hello Ada**', markup: 'markdown', actions: [{ id: 'agent' }] });
  expect(shown?.status).toBeUndefined();
});

test('a stream refuses what the platform refuses', async () => {
  const { lab, client, thread_ts, start } = await openStream();
  const channel = 'DADA';
  const ts = await start();
  const append = (markdown_text: string) => refusal(client.chat.appendStream({ channel, ts, markdown_text }));
  expect(await refusal(client.chat.update({ channel, ts, text: 'x' }))).toBe('streaming_state_conflict');
  expect(await append('x'.repeat(12_000))).toBe('msg_too_long');
  expect(await refusal(client.chat.stopStream({ channel, ts }))).toBe('accepted');
  expect(await append('late')).toBe('message_not_in_streaming_state');
  expect(await refusal(client.chat.appendStream({ channel, ts: thread_ts, markdown_text: 'x' }))).toBe(
    'message_not_owned_by_app',
  );
  expect(await refusal(client.apiCall('chat.startStream', { channel, thread_ts, chunks: [{ type: 'song' }] }))).toBe(
    'invalid_chunks',
  );
  expect(await refusal(client.apiCall('chat.startStream', { channel }))).toBe('invalid_arguments');
  const mention = await lab.pane.say({ room: 'CHELP', user: 'UADA', text: 'hi' });
  const inChannel = { channel: 'CHELP', thread_ts: mention };
  expect(await refusal(client.chat.startStream(inChannel))).toBe('missing_recipient_team_id');
  expect(
    await refusal(client.chat.startStream({ ...inChannel, recipient_team_id: 'T1', recipient_user_id: 'UADA' })),
  ).toBe('accepted');
});

test('a person stops a stream, and five minutes end it', async () => {
  const { lab, client, start, thread_ts } = await openStream();
  const stopped = await start();
  expect(() => lab.stopStream({ room: 'DADA', user: 'UADA', message: stopped })).toThrow('no Stop button');
  await client.agents.sessions.setStatus({ channel_id: 'DADA', thread_ts, status: 'processing' });
  lab.stopStream({ room: 'DADA', user: 'UADA', message: stopped });
  expect(await refusal(client.chat.appendStream({ channel: 'DADA', ts: stopped, markdown_text: 'x' }))).toBe(
    'stopped_by_user',
  );
  const old = await start();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
  expect(await refusal(client.chat.appendStream({ channel: 'DADA', ts: old, markdown_text: 'x' }))).toBe(
    'message_not_in_streaming_state',
  );
});

test('the 21st stream in a minute waits, and a workspace without streaming says so', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { start } = await openStream({ rateLimits: 'on' });
  const results = await Promise.allSettled(Array.from({ length: 21 }, start));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  const without = await openStream({ methodsMissing: ['chat.startStream'] });
  expect(await refusal(without.start())).toBe('unknown_method');
});

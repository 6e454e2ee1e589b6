import { REST, Routes } from 'discord.js';
import { expect, test } from 'vitest';

import { ChannelError } from '#core/errors.ts';
import { openDiscordLab } from '#lab/discord/server.ts';
import { createDiscordChannel } from './channel.ts';
import { createBreaker } from './guards.ts';

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof ChannelError ? error.code : error),
  );

test('trap 32: a process that crashes again and again leaves logins for the day, and the token is not reset', async () => {
  const lab = await openDiscordLab({ token: 'token', rateLimits: 'off', identifiesLeft: 53 });
  const channel = createDiscordChannel({ token: 'token', apiUrl: `${lab.url}/v10` });
  const codes: unknown[] = [];
  for (let start = 0; start < 6; start += 1) {
    codes.push(await codeOf(channel.start(async () => undefined)));
    await channel.stop();
  }
  expect(codes).toEqual([null, null, null, '50_logins_left_today', '50_logins_left_today', '50_logins_left_today']);
  await lab.close();
});

test('trap 32: requests that are refused again and again end before the platform bans the address', async () => {
  const lab = await openDiscordLab({ token: 'token', rateLimits: 'off' });
  const room = lab.addRoom({ type: 'text', name: 'closed' });
  lab.setFaults([{ server: 'discord', method: 'POST /channels/*/messages', fault: 'error', status: 403 }]);
  const rest = new REST({ api: lab.url, retries: 0, invalidRequestWarningInterval: 5 }).setToken('token');
  let now = 0;
  const breaker = createBreaker(rest, () => now);
  const send = () => rest.post(Routes.channelMessages(room), { body: { content: 'Hello' } }).catch(() => undefined);
  breaker.check();
  for (let asked = 0; asked < 5; asked += 1) await send();
  expect(() => breaker.check()).toThrow('too_many_refusals');
  now = 600_001;
  breaker.check();
  await lab.close();
});

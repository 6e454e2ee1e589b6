import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { App, type Installation, LogLevel } from '@slack/bolt';
import { expect, test, vi } from 'vitest';
import { clientOf, closeAfterTest, openLab, refusal, secrets } from './test-bench.ts';

const oauth = { clientId: '1.2', clientSecret: 'client secret', rotates: true };
const hourMs = 3_600_000;

test('the SDK installs the app, and makes its token new before it ends', async () => {
  const lab = await openLab({ teamId: 'T1', oauth });
  let kept: Installation | undefined;
  const app = new App({
    signingSecret: secrets.signingSecret,
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    stateSecret: 'state',
    scopes: ['chat:write'],
    redirectUri: 'http://127.0.0.1/slack/oauth_redirect',
    installerOptions: {
      directInstall: true,
      redirectUriPath: '/slack/oauth_redirect',
      authorizationUrl: new URL('/oauth/v2/authorize', lab.url).href,
      clientOptions: { slackApiUrl: lab.url },
    },
    installationStore: {
      storeInstallation: async (installation) => void (kept = installation as Installation),
      fetchInstallation: async () => kept as Installation<'v2', boolean>,
    },
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: lab.url },
  });
  const server = (await app.start(0)) as Server;
  closeAfterTest(() => app.stop());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  lab.setEventsUrl(`${origin}/slack/events`);

  const link = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
  const approved = await fetch(link.headers.get('location')!, { redirect: 'manual' });
  const back = new URL(approved.headers.get('location')!);
  const cookie = link.headers.get('set-cookie')!.split(';')[0]!;
  expect((await fetch(origin + back.pathname + back.search, { headers: { cookie } })).status).toBe(200);
  expect(kept).toMatchObject({ team: { id: 'T1' }, bot: { token: expect.stringMatching(/^xoxe\.xoxb-T1-/) } });

  const before = { ...kept!.bot! };
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * hourMs });
  const event = { type: 'app_home_opened', user: 'UADA', channel: 'DADA', tab: 'home' };
  expect((await lab.deliver(event)).delivered).toBe(true);
  expect(kept!.bot!.token).not.toBe(before.token);
  expect((await clientOf(lab, kept!.bot!.token).auth.test()).team_id).toBe('T1');
  const again = { client_id: '1.2', client_secret: 'client secret', grant_type: 'refresh_token' } as const;
  const refresh = (refresh_token: string) => refusal(clientOf(lab, '').oauth.v2.access({ ...again, refresh_token }));
  expect(await refresh(before.refreshToken!)).toBe('invalid_refresh_token');
  vi.setSystemTime(Date.now() + 2 * hourMs);
  expect(await refusal(clientOf(lab, before.token).auth.test())).toBe('token_expired');
  await lab.uninstall();
  expect(await refusal(clientOf(lab, kept!.bot!.token).auth.test())).toBe('token_revoked');
});

test('a code is good for one use, for the client and the address that it was asked for with', async () => {
  const lab = await openLab({ teamId: 'T1', oauth });
  const ask = async (more: Record<string, string> = {}) => {
    const asked = new URL('/oauth/v2/authorize', lab.url);
    const redirect_uri = 'https://support.example.com/back';
    asked.search = new URLSearchParams({ client_id: '1.2', scope: 'chat:write', state: 's', redirect_uri }).toString();
    const approved = await fetch(asked, { redirect: 'manual' });
    const code = new URL(approved.headers.get('location')!).searchParams.get('code')!;
    return { client_id: '1.2', client_secret: 'client secret', redirect_uri, code, ...more };
  };
  const access = (asked: Awaited<ReturnType<typeof ask>>) => refusal(clientOf(lab, '').oauth.v2.access(asked));
  const asked = await ask();
  expect(await access(asked)).toBe('accepted');
  expect(await access(asked)).toBe('code_already_used');
  expect(await access(await ask({ code: 'guessed' }))).toBe('invalid_code');
  expect(await access(await ask({ client_secret: 'x' }))).toBe('bad_client_secret');
  expect(await access(await ask({ client_id: 'x' }))).toBe('invalid_client_id');
  expect(await access(await ask({ redirect_uri: 'https://evil.example' }))).toBe('bad_redirect_uri');
});

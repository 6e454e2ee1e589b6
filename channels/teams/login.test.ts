import { afterEach, expect, test, vi } from 'vitest';
import type { ThreadKey } from '#core/channel.ts';
import { openTeamsLab, type TeamsLab } from '#lab/teams/server.ts';
import { createTeamsChannel } from './channel.ts';
import type { TeamsSettings } from './config.ts';

const appId = '11111111-2222-3333-4444-555555555555';
const identityId = '66666666-7777-8888-9999-000000000000';
const connector = 'https://api.botframework.com';
const exchange = 'api://AzureADTokenExchange';

afterEach(() => vi.useRealTimers());

const openLab = (managedIdentity: { clientId: string; isTrusted?: boolean }) =>
  openTeamsLab({ appId, appPassword: 'secret', tenantId: 'tenant-1', rateLimits: 'off', managedIdentity });
const create = (lab: TeamsLab, settings: Partial<TeamsSettings>) =>
  createTeamsChannel({
    appId,
    tenantId: 'tenant-1',
    loginUrl: lab.loginUrl,
    imdsUrl: lab.url,
    serviceUrls: [lab.serviceUrl],
    ...settings,
  });
const given = (lab: TeamsLab) => (lab.state() as { identityTokens: Record<string, number> }).identityTokens;

async function sendIn(lab: TeamsLab, settings: Partial<TeamsSettings>) {
  const room = await lab.addRoom({ type: 'channel', name: 'Desk', members: [] });
  const channel = create(lab, settings);
  const thread = JSON.stringify({ kind: 'channel', conversation: room }) as ThreadKey;
  const send = (key: string) => channel.send(thread, { text: 'Hello.' }, key);
  await send('turn:1');
  expect(await channel.health!()).toEqual({ ok: true });
  expect(lab.pane.view(room).messages.map(({ text }) => text)).toEqual(['Hello.']);
  return { send };
}

test('a bot that is a managed identity has its token from the machine, until shortly before it ends', async () => {
  await using lab = await openLab({ clientId: appId });
  const { send } = await sendIn(lab, { appType: 'UserAssignedMSI', identityClientId: appId });
  await send('turn:2');
  expect(given(lab)).toEqual({ [connector]: 1 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 56 * 60_000 });
  await send('turn:3');
  expect(given(lab)).toEqual({ [connector]: 2 });
});

test('an app with a federated credential exchanges a proof of the machine’s identity for its token', async () => {
  await using lab = await openLab({ clientId: identityId });
  await sendIn(lab, { identityClientId: identityId });
  expect(given(lab)).toEqual({ [exchange]: 1 });
});

test.each([appId, identityId])(
  'in App Service the identity %s is asked for at the endpoint named there',
  async (clientId) => {
    await using lab = await openLab({ clientId });
    const { identityEndpoint, identityHeader } = lab;
    // Nobody answers where other machines ask.
    await sendIn(lab, { identityClientId: clientId, identityEndpoint, identityHeader, imdsUrl: 'http://127.0.0.1:1' });
  },
);

test.each([
  [
    'an identity that the machine does not have',
    { clientId: 'another' },
    {},
    { problem: expect.stringContaining(`${identityId} is not assigned to this machine`), code: 'bad_token' },
  ],
  [
    'an identity that the app does not trust',
    { clientId: identityId, isTrusted: false },
    {},
    { problem: expect.stringContaining('no federated credential'), code: 'bad_token' },
  ],
  [
    'a machine that is not in Azure',
    { clientId: identityId },
    { imdsUrl: 'http://127.0.0.1:1' },
    { problem: expect.stringContaining('is this machine in Azure?'), code: 'no_token' },
  ],
  [
    'a header that is not the machine’s',
    { clientId: identityId },
    { identityEndpoint: '', identityHeader: 'guess' },
    { problem: expect.stringContaining('HTTP 401'), code: 'no_token' },
  ],
])('%s is told, and what is said waits', async (_name, identity, settings, { problem, code }) => {
  await using lab = await openLab(identity);
  const atApp = 'identityHeader' in settings ? { identityEndpoint: lab.identityEndpoint } : {};
  const channel = create(lab, { identityClientId: identityId, ...settings, ...atApp });
  expect(await channel.health!()).toEqual({ ok: false, problem });
  const thread = '{"kind":"channel","conversation":"19:a@thread.tacv2"}' as ThreadKey;
  await expect(channel.send(thread, { text: 'Hello.' }, 'turn:1')).rejects.toMatchObject({
    reason: 'rate_limited',
    code,
  });
});

test('a secret and an identity together are a mistake, and so is neither', async () => {
  await using lab = await openLab({ clientId: identityId });
  expect(() => create(lab, {})).toThrow('client secret or');
  expect(() => create(lab, { appPassword: 'secret', identityClientId: identityId })).toThrow('client secret or');
});

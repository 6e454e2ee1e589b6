import { serve, type ServerType } from '@hono/node-server';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AttachmentKey } from '#core/channel.ts';
import { openTeamsLab, type TeamsLab } from '#lab/teams/server.ts';
import { createTeamsChannel } from './channel.ts';

const ids = { appId: '11111111-2222-3333-4444-555555555555', appPassword: 'secret', tenantId: 'tenant-1' };
let lab: TeamsLab;
let server: ServerType;
let host: string;
let answer: (request: Request) => Response;
let authorizations: (string | null)[];

beforeEach(async () => {
  lab = await openTeamsLab(ids);
  authorizations = [];
  answer = () => new Response('12345');
  const fetch = (request: Request) => {
    authorizations.push(request.headers.get('authorization'));
    return answer(request);
  };
  server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  host = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(async () => {
  (server as import('node:http').Server).closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await lab.close();
});

/** The connector's attachments and the people's files, on one server. */
const read = (path: string, lengthMax = 5) =>
  createTeamsChannel({
    ...ids,
    loginUrl: lab.loginUrl,
    serviceUrls: [`${host}/connector/`],
    fileHosts: [`${host}/files/`],
  }).download!((path.startsWith('/') ? host + path : path) as AttachmentKey, lengthMax);

test('our token goes to the connector alone, and not where it redirects to', async () => {
  answer = ({ url }) => (url.endsWith('/moved') ? Response.redirect(`${host}/files/a`) : new Response('12345'));
  expect(Buffer.from(await read('/files/a')).toString()).toBe('12345');
  expect(authorizations).toEqual([null]);
  await read('/connector/v3/attachments/1/views/original');
  expect(authorizations[1]).toMatch(/^Bearer /);
  await read('/connector/moved');
  expect(authorizations.slice(2)).toEqual([expect.stringMatching(/^Bearer /), null]);
});

test.each([['/elsewhere'], ['https://evil.example/a'], ['http://contoso.sharepoint.com/a'], ['no address']])(
  'nothing is read from %s',
  async (path) => {
    await expect(read(path)).rejects.toMatchObject({ reason: 'refused', code: 'foreign_host' });
    expect(authorizations).toEqual([]);
  },
);

test('a redirect leads to no other host', async () => {
  answer = () => Response.redirect('http://169.254.169.254/metadata');
  await expect(read('/connector/a')).rejects.toMatchObject({ reason: 'refused', code: 'foreign_host' });
});

test('a file is read no further than it may be long, whatever it says of itself', async () => {
  await expect(read('/files/a', 4)).rejects.toMatchObject({ reason: 'refused', code: 'too_large' });
  let sent = 0;
  const endless = () =>
    new ReadableStream({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
  answer = () => new Response(endless());
  await expect(read('/files/a', 1000)).rejects.toMatchObject({ reason: 'refused', code: 'too_large' });
  expect(sent).toBeLessThan(1000);
});

test.each([
  [404, { reason: 'refused', code: '404' }],
  [503, { reason: 'rate_limited', code: '503' }],
  [429, { reason: 'rate_limited', retryAfterMs: 7000 }],
])('an answer of %d is told as what it means', async (status, expected) => {
  answer = () => new Response(null, { status, headers: { 'retry-after': '7' } });
  await expect(read('/files/a')).rejects.toMatchObject({ name: 'ChannelError', ...expected });
});

import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { expect, onTestFinished, test, vi } from 'vitest';

import { fileLimits } from '#test/support/file-limits.ts';

import { createDemoPane, demoMessage } from './demo-panes.ts';
import { createHelpPages } from './help-pages.ts';
import { createPageRoutes, type PagePane } from './routes.ts';

async function open() {
  const slack = createDemoPane('D1', [demoMessage('bot', 'Hello', { id: 'first' })]);
  const desk = createDemoPane('Q1');
  const panes: Record<string, PagePane> = {
    slack: {
      pane: slack,
      room: 'D1',
      user: 'U1',
      title: 'Slack <DM>',
      subtitle: 'as you',
      kind: 'slack',
      threads: false,
    },
    desk: { pane: desk, room: 'Q1', user: 'kim', title: 'Desk', subtitle: 'as you', kind: 'desk', threads: true },
  };
  const app = createPageRoutes(panes, () => ({ model: '', notes: ['A & B'] }));
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    const response = await fetch(url + path, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { url, post, slack, desk };
}

/** Reads events until one fits; keeps what came after it for the next call. */
function reader(response: Response) {
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async (fits: (event: { name: string; view: { messages: { text: string }[] } }) => boolean) => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await chunks.read();
        if (done) throw new Error('The stream ended.');
        text += value;
        continue;
      }
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const data = lines.find((line) => line.startsWith('data: '));
      if (!lines.includes('event: pane') || !data) continue;
      const event = JSON.parse(data.slice(6));
      if (fits(event)) return event;
    }
  };
}

test('the page names its panes, says what answers and escapes what it was given', async () => {
  const { url } = await open();
  const response = await fetch(url);
  const page = await response.text();
  expect(page).toContain('Slack &lt;DM&gt;');
  expect(page).toContain('A &amp; B');
  expect(page).toContain('quoted from the <a href="/help">help pages</a>');
  expect(page.indexOf('id="pane-web"')).toBeLessThan(page.indexOf('id="pane-desk"'));
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(page).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
});

test('every module and style the page loads exists', async () => {
  const { url } = await open();
  const loaded = new Set<string>();
  const queue = ['main.js'];
  for (let file = queue.pop(); file; file = queue.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const response = await fetch(`${url}/lab/page/${file}`);
    expect([file, response.status, response.headers.get('content-type')]).toEqual([
      file,
      200,
      'text/javascript; charset=utf-8',
    ]);
    const source = await response.text();
    expect(source).not.toMatch(/^import type|from '[^']*\.ts'/m);
    queue.push(...[...source.matchAll(/from '\.\/([\w-]+\.js)'/g)].map((match) => match[1]!));
  }
  expect(loaded.size).toBeGreaterThan(5);
  const page = await (await fetch(url)).text();
  const styles = [...page.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map((match) => match[1]!);
  const types = await Promise.all(styles.map(async (path) => (await fetch(url + path)).headers.get('content-type')));
  expect(types).toEqual(Array.from({ length: 5 }, () => 'text/css; charset=utf-8'));
  expect((await fetch(`${url}/lab/page/..%2froutes.ts`)).status).toBe(404);
});

test('the stream starts with every pane and then tells each change', async () => {
  const { url, post, slack } = await open();
  const response = await fetch(`${url}/lab/panes/events`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const next = reader(response);
  const first = [await next(() => true), await next(() => true)];
  expect(first.map(({ name }) => name)).toEqual(['slack', 'desk']);
  expect(await post('/lab/panes/slack/say', '{"text":" Hi "}')).toMatchObject({ status: 200 });
  expect(await next(({ name }) => name === 'slack')).toMatchObject({
    view: { room: 'D1', messages: [{ text: 'Hello' }, { text: 'Hi', author: { id: 'U1' } }] },
  });
  for (let length = 1; length <= 200; length += 1) slack.put({ id: 'first', text: 'x'.repeat(length) });
  const last = await next(({ view }) => view.messages[0]?.text.length === 200);
  expect(last.view.messages).toHaveLength(2);
});

test('a page that goes away is forgotten', async () => {
  const { url, slack } = await open();
  const leave = new AbortController();
  const response = await fetch(`${url}/lab/panes/events`, { signal: leave.signal });
  await reader(response)(() => true);
  expect(slack.listeners()).toBe(1);
  leave.abort();
  await vi.waitFor(() => expect(slack.listeners()).toBe(0));
});

test('a person replies in a thread and presses a button with text', async () => {
  const { url, post, desk } = await open();
  desk.put({ ...demoMessage('bot', 'Case 1'), id: 'case' });
  await post('/lab/panes/desk/say', '{"text":"On it","thread":"case"}');
  expect(await post('/lab/panes/desk/press', '{"message":"case","action":"note","text":"VIP"}')).toEqual({
    status: 200,
    body: { ok: true },
  });
  expect(desk.presses).toEqual([{ room: 'Q1', user: 'kim', message: 'case', action: 'note', text: 'VIP' }]);
  const list = (await (await fetch(`${url}/lab/panes`)).json()) as unknown[];
  expect(list[1]).toMatchObject({
    name: 'desk',
    threads: true,
    view: { messages: [{ id: 'case' }, { text: 'On it', thread: 'case', author: { id: 'kim' } }] },
  });
});

test.for([
  ['/lab/panes/irc/say', '{"text":"x"}', {}, 404, 'There is no such pane.'],
  ['/lab/panes/slack/say', '{"text":', {}, 400, 'The body is not valid JSON.'],
  ['/lab/panes/slack/say', '{"text":"  "}', {}, 400, 'text: '],
  ['/lab/panes/slack/press', '{"message":"m"}', {}, 400, 'action: '],
  ['/lab/panes/slack/say', '{"text":"x"}', { 'content-type': 'text/plain' }, 400, 'Send application/json.'],
  ['/lab/panes/slack/say', JSON.stringify({ text: 'x'.repeat(70_000) }), {}, 413, 'larger than 64 KB'],
  ['/lab/panes/slack/say', '{"text":"refuse"}', {}, 422, 'The platform refused the message.'],
  ['/lab/panes/slack/say', '{"text":"x"}', { origin: 'https://evil.example' }, 403, 'Only the sandbox page'],
  ['/lab/panes/slack/say', '{"text":"x"}', { origin: 'null' }, 403, 'Only the sandbox page'],
] as const)('%s with %.20s and %j is refused: %i %s', async ([path, body, headers, status, reason]) => {
  const { post, slack } = await open();
  const answer = await post(path, body, headers);
  expect(answer.status).toBe(status);
  expect(answer.body['error']).toContain(reason);
  expect(slack.view('D1').messages).toHaveLength(1);
});

test('another site can neither read the panes nor load their code', async () => {
  const app = createPageRoutes({}, () => ({ model: 'claude', notes: [] }));
  const headers = { 'sec-fetch-site': 'cross-site' };
  for (const path of ['/lab/panes', '/lab/panes/events', '/lab/page/main.js']) {
    expect([path, (await app.request(path, { headers })).status]).toEqual([path, 403]);
  }
  expect((await app.request('/', { headers })).status).toBe(200);
});

test('help pages are listed and shown as text; what is not a page of the folders is not there', async () => {
  const app = createHelpPages([fileURLToPath(new URL('../help-center/', import.meta.url))], fileLimits);
  const list = await (await app.request('/help')).text();
  expect(list).toContain('<a href="/help/return-an-item">Return an item</a>');
  const page = await app.request('/help/return-an-item');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('within **45 days**');
  for (const path of ['nothing', '..%2f..%2fpackage', '../../package', 'return-an-item.md'])
    expect((await app.request(`/help/${path}`)).status).toBe(404);
});

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { build } from 'vite';

import { openTestApp, type TestApp } from './support/test-app.ts';

const executablePath = '/usr/bin/chromium';
const chat = 'chat-0123456789abcdef';

/** The front end and all it needs, as one script. */
const bundle = async (): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      lib: { entry: new URL('use-chat/page.ts', import.meta.url).pathname, formats: ['es'], fileName: 'page' },
    },
  });
  const [{ output }] = built as { output: { code: string }[] }[] as [{ output: { code: string }[] }];
  return output[0]?.code ?? '';
};

describe.skipIf(!existsSync(executablePath))("a page made with the AI SDK's useChat", () => {
  let browser: Browser;
  let script: string;
  let app: TestApp;
  let page: Page;
  let site: string;
  const server = createServer((request, response) =>
    request.url?.startsWith('/page.js')
      ? response.setHeader('content-type', 'text/javascript').end(script)
      : response
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><html lang="en"><body><script type="module" src="/page.js"></script></body></html>'),
  );
  beforeAll(async () => {
    [browser, script] = await Promise.all([
      chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] }),
      bundle(),
    ]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    app = await openTestApp({ knowledge: true, settings: { web: { allowedOrigins: [site] } } });
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
  });
  afterEach(async () => {
    await page.close();
    await app[Symbol.asyncDispose]();
  });

  const visit = (id: string, more = '') =>
    page.goto(`${site}/?api=${encodeURIComponent(`${app.url}/channels/web/chat`)}&id=${id}${more}`);
  const ask = async (text: string) => {
    await page.getByLabel('Message').fill(text);
    await page.keyboard.press('Enter');
  };
  const answer = () => page.locator('article.assistant').last();
  const isReady = () => expect.poll(() => page.locator('#status').innerText()).toBe('ready');

  test('shows an answer as it grows, whole, with its sources, and goes on', async () => {
    const more = Promise.withResolvers<void>();
    app.model.next(async function* () {
      yield 'Returns are free within 45 days [1]. And ';
      await more.promise;
      yield 'that is all there is to it.';
    });
    await visit(chat);
    await ask('What is the return policy?');
    await page.getByText('Returns are free within 45 days').waitFor();
    expect(await page.locator('#status').innerText()).toBe('streaming');
    more.resolve();
    await isReady();
    const shown = await answer().innerText();
    expect(shown).toContain('Returns are free within 45 days [1]. And that is all there is to it.');
    expect(shown.match(/Returns are free/g)).toHaveLength(1);
    expect(await answer().locator('a').getAttribute('href')).toMatch(/^https:/);

    await ask('Where is my parcel?');
    await page.getByText('You asked: Where is my parcel?').waitFor();
    await isReady();
    expect(await page.locator('article').count()).toBe(4);
    expect(await answer().innerText()).not.toContain('Returns are free');
    expect(app.model.requests).toHaveLength(2);
    await app.app.settled();
  });

  test('that was reloaded in the middle of an answer comes back for the rest', async () => {
    const more = Promise.withResolvers<void>();
    app.model.next(async function* () {
      yield 'The first sentence stands here. And ';
      await more.promise;
      yield 'the second one too.';
    });
    await visit(chat);
    await ask('Tell me');
    await page.getByText('The first sentence stands here.').waitFor();
    await visit(chat, '&resume');
    await page.getByText('The first sentence stands here.').waitFor();
    more.resolve();
    await page.getByText('the second one too.').waitFor();
    await isReady();
    expect(app.model.requests).toHaveLength(1);
    await app.app.settled();
  });

  test('is the only one that has its chat', async () => {
    const more = Promise.withResolvers<void>();
    app.model.next(async function* () {
      yield 'You like plums, you say. And ';
      await more.promise;
      yield 'so do I.';
    });
    await visit(chat);
    await ask('My secret is plums');
    await page.getByText('You like plums').waitFor();
    const comeBack = async (id: string): Promise<number> => {
      const response = await fetch(`${app.url}/channels/web/chat/${id}/stream`);
      await response.body?.cancel();
      return response.status;
    };
    expect([await comeBack(chat), await comeBack(`${chat}x`), await comeBack(chat.toUpperCase())]).toEqual([
      200, 204, 204,
    ]);
    more.resolve();
    await isReady();
    const short = await fetch(`${app.url}/channels/web/chat`, {
      method: 'POST',
      body: JSON.stringify({ id: '1', messages: [{ id: 'a', role: 'user', parts: [{ type: 'text', text: 'hi' }] }] }),
    });
    expect(short.status).toBe(400);
    await app.app.settled();
  });
});

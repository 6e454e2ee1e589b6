import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DeliveryKey, InboundAction, InboundMessage, OutboundMessage } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';
import { problemsIn, tabStops } from '#test/support/accessibility.ts';
import { createWebChannel, type WebJournal } from '../channel.ts';
import type { WebMessage } from '../render.ts';

const executablePath = '/usr/bin/chromium';

/** A journal in memory: what a reader has not seen yet is what has a higher number. */
const createJournal = (): WebJournal => {
  const entries = new Map<string, { sequence: number; message: WebMessage }>();
  let last = 0;
  return {
    put: async (thread, message) => void entries.set(`${thread} ${message.id}`, { sequence: (last += 1), message }),
    read: async (thread, after) =>
      [...entries]
        .filter(([key, { sequence }]) => key.startsWith(thread) && sequence > after)
        .map(([, entry]) => entry)
        .toSorted((a, b) => a.sequence - b.sequence),
  };
};

const listen = async (fetch: (request: Request) => Response | Promise<Response>): Promise<string> => {
  const server = createAdaptorServer({ fetch }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A shop of another origin whose one script tag brings the widget, under a policy that allows no inline style. */
const openShop = async () => {
  const events: (InboundAction | InboundMessage)[] = [];
  let home = '';
  const shop = await listen(
    () =>
      new Response(
        `<!doctype html><html lang="en"><title>Shop</title><style nonce="own">button, p { color: red; font: 3px serif }</style>
        <p style="color: black">A shop</p><script src="${home}/channels/web/widget.js"></script></html>`,
        {
          headers: {
            'content-type': 'text/html',
            'content-security-policy': `default-src 'none'; script-src ${home}; connect-src ${home}; style-src 'nonce-own'`,
          },
        },
      ),
  );
  const channel = createWebChannel({
    config: { enabled: true, allowedOrigins: [shop] },
    journal: createJournal(),
    secret: Buffer.alloc(32, 7),
    now: () => new Date(),
    connectionsPerPersonMax: 5,
    keptLengthMax: 8000,
  });
  home = await listen((request) =>
    channel.webhook!(request).catch((error: Refused) =>
      Response.json({ error: error.reason }, { status: error.status, headers: error.headers }),
    ),
  );
  await channel.start(async (event) => {
    if (event?.kind === 'message' || event?.kind === 'action') events.push(event);
  });
  onTestFinished(() => channel.stop());
  const answer = (message: OutboundMessage, key = 'answer') =>
    channel.send(events[0]!.thread, message, key as DeliveryKey);
  return { shop, home, events, answer };
};

describe.skipIf(!existsSync(executablePath))('the widget in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  }, 30_000);
  afterAll(() => browser.close());

  const visit = async (options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) => {
    const opened = await openShop();
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1000, height: 700 },
      colorScheme: options.colorScheme ?? 'light',
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(opened.shop);
    const ask = async (text: string) => {
      await page.getByRole('button', { name: 'Ask us' }).click();
      await page.getByLabel('Your message').fill(text);
      await page.keyboard.press('Enter');
      await page.getByText('Sent', { exact: true }).waitFor();
    };
    return { ...opened, page, complaints, ask };
  };

  const citations = [{ number: 1, title: 'Return an item', url: 'https://help.example.com/return' }];
  const actions = [{ id: 'human', label: 'Talk to a person' }];

  test('one script tag on another site asks, streams, cites and calls a person', async () => {
    const { page, events, answer, ask, complaints } = await visit();
    await ask('What is the *return* policy?');
    expect(events).toMatchObject([{ kind: 'message', channel: 'web', text: 'What is the *return* policy?' }]);

    const reply = page.locator('.m.assistant');
    await answer({ text: 'Within **45', partial: true });
    await expect.poll(() => reply.getAttribute('aria-busy')).toBe('true');
    await answer({ text: 'Within **45 days** [1].', citations, actions });
    await expect.poll(() => reply.getAttribute('aria-busy')).toBe('false');
    expect(await reply.locator('strong').innerText()).toBe('45 days');
    expect(await reply.count()).toBe(1);
    const source = page.getByRole('list', { name: 'Sources' }).getByRole('link', { name: 'Return an item' });
    expect(await source.getAttribute('href')).toBe('https://help.example.com/return');
    expect(await source.getAttribute('target')).toBe('_blank');

    await page.getByRole('button', { name: 'Talk to a person' }).click();
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'action', action: 'human', message: 'answer' });
    await answer({ text: 'Ana is here.' }, 'next');
    await page.getByText('Ana is here.').waitFor();
    await page.getByRole('button', { name: 'Talk to a person' }).waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  test('who comes back finds the conversation, and its Markdown is drawn, never obeyed', async () => {
    const { page, answer, ask, complaints } = await visit();
    await ask('hello');
    const text = [
      '# Title\n<img src=x onerror=alert(1)> [bad](javascript:alert(1)) https://example.com/a_b_c.',
      'Steps:\n1. one\n   - inner\n2. two\n\n3. three',
      '| A | B |\n|---|---|\n| 1 | `2` |',
      '> quoted\n> more',
      '```\n<b>code</b>\nunclosed',
    ].join('\n\n');
    await answer({ text });
    await page.locator('pre').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Ask us' }).click();
    const body = page.locator('.m.assistant .body');
    await body.locator('pre').waitFor();
    expect(await body.locator('img, b').count()).toBe(0);
    expect(await body.locator('a').evaluateAll((links) => links.map((one) => one.getAttribute('href')))).toEqual([
      'https://example.com/a_b_c',
    ]);
    expect(await body.locator('> ol > li').count()).toBe(3);
    expect(await body.locator('ol ul li').innerText()).toBe('inner');
    expect(await body.locator('td code').innerText()).toBe('2');
    expect(await body.locator('blockquote').innerText()).toBe('quoted\nmore');
    expect(await body.locator('pre').innerText()).toBe('<b>code</b>\nunclosed');
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('in %s every control has a name and every text can be read', async (scheme) => {
    const { page, answer, ask } = await visit({ colorScheme: scheme });
    await page.locator('p', { hasText: 'A shop' }).evaluate((node) => node.remove());
    await ask('hello');
    await answer({ text: '> quoted\n\n| A |\n|---|\n| 1 |\n\n`code` and https://example.com', citations, actions });
    await page.getByRole('button', { name: 'Talk to a person' }).waitFor();
    expect(await problemsIn(page)).toEqual([]);
  });

  test('it is worked with the keyboard alone: open, write, reach everything, close', async () => {
    const { page, answer, events } = await visit();
    await page.getByRole('button', { name: 'Ask us' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('hello');
    await page.keyboard.press('Enter');
    await expect.poll(() => events.length).toBe(1);
    await answer({ text: 'Words', citations, actions });
    await page.getByRole('button', { name: 'Talk to a person' }).waitFor();
    await page.locator('body').evaluate((body) => (body.tabIndex = -1));
    await page.locator('body').focus();
    const stops = await tabStops(page);
    expect(stops.map(({ name }) => name)).toEqual([
      'Close',
      'Conversation',
      'Return an item',
      'Talk to a person',
      'Your message',
      'Send',
    ]);
    expect(stops.every(({ isMarked }) => isMarked)).toBe(true);
    await page.getByLabel('Your message').focus();
    await page.keyboard.press('Escape');
    await page.getByLabel('Your message').waitFor({ state: 'detached' });
    await page.keyboard.press('Space');
    await page.getByLabel('Your message').waitFor();
  });

  test('on a phone it fills the screen, and nothing is wider than it', async () => {
    const { page, answer, ask } = await visit({ width: 390 });
    await ask('hello');
    await answer({ text: `${'x'.repeat(300)}\n\n| ${'wide | '.repeat(30)}\n|${'---|'.repeat(30)}\n| 1 |`, citations });
    await page.locator('table').waitFor();
    expect(await page.locator('.box').boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 700 });
    expect(await page.locator('.log').evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  });

  test('a visitor whose session has ended gets a new one', async () => {
    const { page, home, events } = await visit();
    await page.evaluate((base) => localStorage.setItem(`firstline:${base}/channels/web/`, 'old.1.x'), home);
    await page.reload();
    await page.getByRole('button', { name: 'Ask us' }).click();
    await page.getByLabel('Your message').fill('hello');
    await page.keyboard.press('Enter');
    await page.locator('.m.visitor').waitFor();
    expect(events).toHaveLength(1);
  });
});

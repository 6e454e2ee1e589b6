import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DeliveryKey, InboundEvent, OutboundMessage, ThreadKey } from '#core/channel.ts';
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
const openShop = async (tag = '', page = 'lang="en"') => {
  /** Everything that visitors did, besides coming in. */
  const events: InboundEvent[] = [];
  const openings: InboundEvent[] = [];
  let home = '';
  const shop = await listen(
    () =>
      new Response(
        `<!doctype html><html ${page}><title>Shop</title><style nonce="own">button, p { color: red; font: 3px serif }</style>
        <p style="color: black">A shop</p><script src="${home}/channels/web/widget.js" ${tag}></script></html>`,
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
    if (event) (event.kind === 'opened' ? openings : events).push(event);
  });
  onTestFinished(() => channel.stop());
  const thread = (): ThreadKey => {
    const [first] = events;
    if (!first || !('thread' in first)) throw new Error('Nobody has written yet');
    return first.thread;
  };
  const answer = (message: OutboundMessage, key = 'answer') => channel.send(thread(), message, key as DeliveryKey);
  const write = () => channel.showTyping!(thread(), 'writing');
  return { shop, home, events, openings, answer, write };
};

describe.skipIf(!existsSync(executablePath))('the widget in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  }, 30_000);
  afterAll(() => browser.close());

  const visit = async (
    options: { width?: number; colorScheme?: 'light' | 'dark'; tag?: string; page?: string } = {},
  ) => {
    const opened = await openShop(options.tag, options.page);
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
    return { ...opened, page, context, complaints, ask };
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
      'Attach a file',
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

  test('who opens it is greeted once; a suggestion is said by a press', async () => {
    const { page, openings, events, answer, ask } = await visit();
    await ask('hello');
    await expect.poll(() => openings.length).toBe(1);
    await answer({ text: 'Welcome!', suggestions: ['Where is my order?'] });
    await page.getByRole('button', { name: 'Where is my order?' }).click();
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'message', text: 'Where is my order?' });
    expect(openings).toHaveLength(1);
  });

  test('while something is written it says so, and can be stopped', async () => {
    const { page, events, answer, write, ask } = await visit();
    await ask('hello');
    await write();
    await page.getByText('Support is writing…').waitFor();
    await answer({ text: 'A beginning', partial: true });
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'stopped' });
    await answer({ text: 'A beginning' });
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  });

  test('a thumb tells what the visitor thinks, keeps the focus, and asks why', async () => {
    const { page, events, answer, ask } = await visit();
    await ask('hello');
    await answer({ text: 'Words', asksFeedback: true });
    const thumb = page.getByRole('button', { name: 'Not helpful' });
    await thumb.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => thumb.getAttribute('aria-pressed')).toBe('true');
    expect(events.at(-1)).toMatchObject({ kind: 'feedback', rating: 'bad', message: 'answer' });
    await expect.poll(() => thumb.evaluate((node) => node.matches(':focus'))).toBe(true);
    await page.getByLabel('What was wrong?').fill('It is another order.');
    await page.keyboard.press('Enter');
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'feedback', text: 'It is another order.' });
    await page.getByRole('button', { name: 'Not helpful' }).click();
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'feedback', rating: null });
  });

  test('files go with a message, and can be taken off before', async () => {
    const { page, events } = await visit();
    await page.getByRole('button', { name: 'Ask us' }).click();
    const choose = async (name: string, text: string) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Attach a file' }).click();
      await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    };
    await choose('wrong.txt', 'no');
    await choose('order.txt', 'Order 1234');
    await page.getByRole('button', { name: 'Remove: wrong.txt' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => events.length).toBe(1);
    const data = `data:;base64,${Buffer.from('Order 1234').toString('base64')}`;
    expect(events[0]).toMatchObject({
      attachments: [{ name: 'order.txt', mediaType: 'text/plain', size: 10, key: data }],
    });
    await page.locator('.m.visitor').getByText('order.txt').waitFor();
    await choose('big.bin', 'x'.repeat(3_000_001));
    await page.getByText('Files may have 3 MB together.').waitFor();
  });

  test('what is written offline is sent when the visitor is back', async () => {
    const { page, context, events } = await visit();
    await page.getByRole('button', { name: 'Ask us' }).click();
    await context.setOffline(true);
    await page.getByLabel('Your message').fill('Are you there?');
    await page.keyboard.press('Enter');
    await page.getByText('You are offline.').waitFor();
    expect(events).toHaveLength(0);
    await context.setOffline(false);
    await expect.poll(() => events.length).toBe(1);
    await page.locator('.m.visitor').waitFor();
  });

  test("it speaks the page's language, and stands on the other side where that is read from the right", async () => {
    const german = await visit({ page: 'lang="de"' });
    await german.page.getByRole('button', { name: 'Frage stellen' }).click();
    await german.page.getByLabel('Ihre Nachricht').waitFor();
    const arabic = await visit({ page: 'lang="ar" dir="rtl"' });
    const opener = arabic.page.getByRole('button', { name: 'Ask us' });
    expect((await opener.boundingBox())!.x).toBeLessThan(100);
  });

  test('a signed identity of the page is what its session is opened with', async () => {
    const { page, home } = await visit({ tag: 'data-identity="proof"' });
    const asked = page.waitForRequest(`${home}/channels/web/sessions`);
    await page.reload();
    expect(JSON.parse((await asked).postData() ?? '')).toMatchObject({ identity: 'proof' });
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  test('it is one script of less than 40 kB as it is sent', async () => {
    const { home } = await openShop();
    const script = await (await fetch(`${home}/channels/web/widget.js`)).text();
    expect(gzipSync(script).byteLength).toBeLessThan(40_000);
  });
});

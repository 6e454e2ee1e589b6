import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { describeInBrowser, openBrowser } from '#lab/page/test-bench.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { axeFindings, problemsIn, tabStops } from './support/accessibility.ts';
import { type Customer, openCustomer } from './support/customer.ts';
import { type DeskRoom, openDeskRoom, seesCard, seesInThread } from './support/desk-room.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

/** The desk in a browser, for when a chat platform is away. */
const password = 'only for this story';
let platforms: Platforms;
let desk: DeskRoom;
let firstline: TestApp;
let ada: Customer;

beforeAll(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  desk = await openDeskRoom(platforms, 'slack');
  firstline = await openTestApp({
    channels: [registry['slack']!(platforms.environment)!],
    secrets: { FIRSTLINE_CONSOLE_PASSWORD: password },
    settings: { desk: { channel: 'slack', room: desk.id, talk: 'private', undoMs: 5000 } },
  });
  platforms.connect(firstline.url);
});
afterAll(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ada = await openCustomer(platforms, firstline.url, 'web');
});
afterEach(() => ada[Symbol.asyncDispose]());

const asks = async (words: string): Promise<void> => {
  await ada.say(`I want to talk to a human, ${words}. Write to ada@example.com`);
  await seesCard(desk.ana, words);
  await firstline.app.settled();
};
const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${firstline.url}/console/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('nobody reads a case or does anything about it who has not signed in, or comes from another site', async () => {
  await asks('the locked one');
  const [{ id } = { id: '' }] = await firstline.store.query<{ id: string }>('select id from support_case');
  const api = `${firstline.url}/console/api`;
  expect((await fetch(`${api}/cases`)).status).toBe(401);
  expect((await fetch(`${api}/cases/${id}`)).status).toBe(401);
  expect((await post(`api/cases/${id}/acts`, { id: crypto.randomUUID(), act: 'claim' })).status).toBe(401);
  expect((await post('sign-in', { name: 'Eve', password: 'guess' })).status).toBe(401);
  expect((await post('sign-in', { name: 'Eve', password }, { origin: 'https://evil.example' })).status).toBe(403);
  const signed = await post('sign-in', { name: 'Eve', password });
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(signed.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict/);
  expect((await fetch(`${api}/cases`, { headers: { cookie } })).status).toBe(200);
  const changed = `${cookie.slice(0, -2)}xx`;
  expect((await fetch(`${api}/cases`, { headers: { cookie: changed } })).status).toBe(401);
  const foreign = { cookie, origin: 'https://evil.example' };
  expect((await post(`api/cases/${id}/acts`, { id: crypto.randomUUID(), act: 'claim' }, foreign)).status).toBe(401);
  expect((await post(`api/cases/${id}/acts`, { id: crypto.randomUUID(), act: 'delete' }, { cookie })).status).toBe(400);
  expect((await fetch(`${api}/cases/not-a-case`, { headers: { cookie } })).status).toBe(404);
});

test('who guesses is let in no more for a minute, and nothing is there where no password is set', async () => {
  const closed = await openTestApp({});
  expect((await fetch(`${closed.url}/console/`)).status).toBe(404);
  await closed[Symbol.asyncDispose]();
  const guessing = await openTestApp({ secrets: { FIRSTLINE_CONSOLE_PASSWORD: password } });
  const statuses: number[] = [];
  for (let guess = 0; guess < 11; guess += 1) {
    const body = JSON.stringify({ name: 'Eve', password: `guess ${guess}` });
    const headers = { 'content-type': 'application/json' };
    statuses.push((await fetch(`${guessing.url}/console/sign-in`, { method: 'POST', headers, body })).status);
  }
  await guessing[Symbol.asyncDispose]();
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
});

describeInBrowser('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 30_000);
  afterAll(() => browser.close());

  const visit = async (
    options: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<{ page: Page; complaints: string[] }> => {
    const { width = 1200, colorScheme = 'light' } = options;
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    await page.goto(`${firstline.url}/console/`);
    expect(await problemsIn(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Kim Li');
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    return { page, complaints };
  };

  test('a case is claimed, answered, taken back, resolved; the desk on Slack and the customer see it all', async () => {
    await asks('my lamp is broken');
    const { page, complaints } = await visit();
    const found = page
      .getByRole('navigation')
      .getByRole('button', { name: /Web visitor.*asked for a person/ })
      .last();
    await found.click();
    // Personal data is as it was written.
    await page.getByText('Write to ada@example.com').waitFor();
    await page.getByRole('button', { name: 'Claim' }).click();
    await ada.sees('You are now talking with Kim Li');
    await page.getByText('claimed by Kim Li').first().waitFor();
    const card = await seesCard(desk.ana, 'my lamp is broken');
    await seesInThread(desk.ana, card, 'Kim Li has this case');
    await page.getByLabel('Reply to the customer').fill('It is for free.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('It is for free.').waitFor();
    await page.getByRole('button', { name: 'Undo last reply' }).click();
    await page.getByText('It is for free.').waitFor({ state: 'detached' });
    await page.getByLabel('Reply to the customer').fill('A new one is on its way.');
    await page.keyboard.press('Control+Enter');
    await ada.sees('A new one is on its way.');
    await ada.say('Thank you!');
    await page.getByText('Thank you!').waitFor();
    await page.getByRole('button', { name: 'Resolve' }).click();
    await ada.sees('Your case is resolved');
    await page.getByRole('button', { name: 'Closed' }).click();
    await page.getByRole('navigation').getByText('resolved less than a minute ago').first().waitFor();
    await firstline.app.settled();
    expect(ada.texts().join('\n')).not.toContain('for free');
    expect(complaints).toEqual([]);
  });

  test('with nothing but the keyboard', async () => {
    await asks('by keys');
    const { page } = await visit();
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /Web visitor/ })
      .first()
      .waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('waiting');
    await page.keyboard.press('Escape');
    for (let step = 0; step < 10 && (await page.getByText('by keys').count()) === 0; step += 1) {
      await page.keyboard.press('j');
      await page.locator('.said').waitFor();
    }
    await page.getByText('by keys').first().waitFor();
    await page.keyboard.press('c');
    await ada.sees('You are now talking with Kim Li');
    await page.keyboard.press('r');
    await page.keyboard.type('Answered without a mouse.');
    await page.keyboard.press('Control+Enter');
    await ada.sees('Answered without a mouse.');
    for (const stop of await tabStops(page)) {
      expect(stop.name.trim()).not.toBe('');
      expect(stop.isMarked, stop.name).toBe(true);
    }
  });

  test.each(['light', 'dark'] as const)(
    'in %s every control has a name and every text can be read, also on a phone',
    async (colorScheme) => {
      await asks(`looked at in ${colorScheme}`);
      for (const width of [1200, 390]) {
        const { page } = await visit({ width, colorScheme });
        await page
          .getByRole('navigation')
          .getByRole('button', { name: /Web visitor/ })
          .first()
          .waitFor();
        expect(await problemsIn(page)).toEqual([]);
        await page
          .getByRole('navigation')
          .getByRole('button', { name: /Web visitor/ })
          .first()
          .click();
        await page.locator('.said li').first().waitFor();
        expect(await problemsIn(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        const folder = process.env['SCREENSHOTS'];
        if (folder) await page.screenshot({ path: `${folder}/console-${colorScheme}-${width}.png` });
        if (width === 390) {
          await page.getByRole('button', { name: 'All cases' }).click();
          await page
            .getByRole('navigation')
            .getByRole('button', { name: /Web visitor/ })
            .first()
            .waitFor();
        }
      }
    },
  );
});

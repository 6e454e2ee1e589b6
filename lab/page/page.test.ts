import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoMessage } from './demo-panes.ts';
import { describeInBrowser, openBrowser, openPage } from './test-bench.ts';

describeInBrowser('in a browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 30_000);
  afterAll(() => browser.close());
  const open = (width?: number) => openPage(browser, width);

  const texts = (page: Page, pane: string) => page.locator(`#pane-${pane} .text`).allInnerTexts();

  test('a person writes, asks for a suggestion and works a case at the desk', async () => {
    const { page, complaints, slack, desk } = await open();
    const field = page.getByLabel('Write in Slack');
    await field.fill('one');
    await field.press('Shift+Enter');
    await field.pressSequentially('two');
    await field.press('Enter');
    await page.locator('#pane-slack .message').waitFor();
    expect(await texts(page, 'slack')).toEqual(['one\ntwo']);
    expect(await field.inputValue()).toBe('');

    await page.getByRole('button', { name: 'What is the return policy?' }).click();
    expect(await field.inputValue()).toBe('What is the return policy?');
    await page.getByRole('button', { name: 'Send in Slack' }).click();
    await page.locator('#pane-slack .message').nth(1).waitFor();
    expect(slack.view('D1').messages.map(({ text }) => text)).toEqual(['one\ntwo', 'What is the return policy?']);

    await page.getByRole('button', { name: 'Claim' }).click();
    await expect.poll(() => desk.presses.map(({ action }) => action)).toEqual(['claim']);
    const reply = page.getByLabel('Reply in thread');
    await reply.fill('On it');
    await reply.press('Enter');
    await page.getByText('2 replies').waitFor();
    expect(desk.view('Q1').messages.at(-1)).toMatchObject({ thread: 'case', text: 'On it' });
    await reply.press('Escape');
    await reply.waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  test('a button that asks opens a dialog; Escape presses nothing', async () => {
    const { page, complaints, desk } = await open();
    const dialog = page.getByRole('dialog', { name: 'What should the team know?' });
    await page.getByRole('button', { name: 'Add note' }).click();
    await dialog.getByRole('textbox').fill('never sent');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Add note' }).click();
    await dialog.getByRole('textbox').fill('VIP');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => desk.presses.map(({ text }) => text)).toEqual(['VIP']);
    expect(complaints).toEqual([]);
  });

  test('hostile text stays text, and only https becomes a link', async () => {
    const { page, complaints, slack } = await open();
    const text = [
      '<img src=x onerror=alert(1)> **bold** [bad](javascript:alert(1)) [good](https://example.com/a)',
      '- one\n  - inner\n- two',
      '| A | B |\n|---|---|\n| 1 | `2` |',
      '```\n<b>code</b>\nunclosed',
    ].join('\n\n');
    slack.put({ ...demoMessage('bot', text), id: 'md' });
    const body = page.locator('#pane-slack [data-id=md] .text');
    await body.waitFor();
    expect(await body.locator('img, b').count()).toBe(0);
    expect(await body.locator('a').evaluateAll((links) => links.map((a) => a.outerHTML))).toEqual([
      '<a href="https://example.com/a" rel="noopener noreferrer" target="_blank">good</a>',
    ]);
    expect(await body.locator('strong').innerText()).toBe('bold');
    expect(await body.locator('ul ul li').innerText()).toBe('inner');
    expect(await body.locator('td code').innerText()).toBe('2');
    expect(await body.locator('pre').innerText()).toBe('<b>code</b>\nunclosed');
    slack.put({
      ...demoMessage(
        'bot',
        '*bold* 2*3*4 &lt;i&gt; <https://example.com|label> <http://example.com|plain>\n&gt; quoted\n```a &lt; b```',
      ),
      id: 'mr',
      markup: 'mrkdwn',
    });
    const mrkdwn = page.locator('#pane-slack [data-id=mr] .text');
    await mrkdwn.waitFor();
    expect(await mrkdwn.locator('p').first().innerText()).toBe('bold 2*3*4 <i> label plain (http://example.com)');
    expect(await mrkdwn.locator('a, strong').allInnerTexts()).toEqual(['bold', 'label']);
    expect(await mrkdwn.locator('blockquote').innerText()).toBe('quoted');
    expect(await mrkdwn.locator('pre').innerText()).toBe('a < b');
    expect(complaints).toEqual([]);
  });

  test('a growing reply keeps the finished paragraphs and the place of the reader', async () => {
    const { page, slack } = await open();
    for (let index = 0; index < 40; index += 1) slack.put({ ...demoMessage('bot', `line ${index}`), id: `l${index}` });
    slack.put({ ...demoMessage('bot', 'First.\n\nSec'), id: 'live' });
    const live = page.locator('#pane-slack [data-id=live] .text');
    await live.waitFor();
    const log = page.locator('#pane-slack .log');
    const gap = () => log.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);
    await expect.poll(gap).toBeLessThan(2);
    const finished = await live.locator('p').first().elementHandle();
    slack.put({ id: 'live', text: `First.\n\nSecond ${'word '.repeat(200)}`, edited: true });
    await page.locator('#pane-slack .state', { hasText: 'edited' }).waitFor();
    expect(await gap()).toBeLessThan(2);

    await log.evaluate((node) => node.scrollTo({ top: 20 }));
    await expect.poll(() => log.evaluate((node) => node.scrollTop)).toBe(20);
    slack.put({ id: 'live', text: 'First.\n\nSecond, and done.', status: 'delivered' });
    await page.locator('#pane-slack .state', { hasText: 'edited · delivered' }).waitFor();
    expect(await log.evaluate((node) => node.scrollTop)).toBe(20);
    expect(await live.locator('p').allInnerTexts()).toEqual(['First.', 'Second, and done.']);
    expect(await finished!.evaluate((node) => node.isConnected)).toBe(true);
  });

  test('an agent who writes in a thread keeps the field in sight when replies and cases arrive', async () => {
    const { page, desk } = await open();
    for (let index = 0; index < 12; index += 1) desk.put({ ...demoMessage('bot', `case ${index}`), id: `c${index}` });
    await page.locator('#pane-desk [data-id=c11]').waitFor();
    await page.locator('#pane-desk [data-id=c11] .thread-toggle').click();
    const field = page.locator('#pane-desk [data-id=c11] textarea');
    for (let index = 0; index < 20; index += 1) {
      desk.put({ ...demoMessage('bot', `reply ${index}`), id: `r${index}`, thread: 'c11' });
      desk.put({ ...demoMessage('bot', `later ${index}`), id: `n${index}` });
    }
    await page.locator('#pane-desk [data-id=n19]').waitFor();
    const log = await page.locator('#pane-desk .log').boundingBox();
    const seen = await field.boundingBox();
    expect(seen!.y).toBeGreaterThan(log!.y);
    expect(seen!.y + seen!.height).toBeLessThan(log!.y + log!.height);
  });

  test('on a phone nothing is wider than the screen and the tabs reach every pane', async () => {
    const { page, complaints, sms } = await open(390);
    sms.put({ ...demoMessage('bot', 'x'.repeat(300)), id: 'long', markup: 'plain', status: 'delivered' });
    sms.type('typing');
    await page.locator('#pane-sms .message').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    for (const name of ['SMS', 'Web widget', 'Desk']) {
      const tab = page.locator('.tabs').getByRole('button', { name });
      await tab.click();
      await expect.poll(() => tab.getAttribute('aria-current')).toBe('true');
    }
    const box = await page.locator('#pane-sms').boundingBox();
    expect(box!.width).toBeLessThanOrEqual(390);
    expect(await page.locator('#pane-sms .log').evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a refused message keeps its draft and says why', async () => {
    const { page } = await open();
    const field = page.getByLabel('Write in SMS');
    await field.fill('refuse');
    await field.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'The platform refused the message.' }).waitFor();
    expect(await field.inputValue()).toBe('refuse');
  });

  test('the theme follows the system until the person chooses, and the choice lasts', async () => {
    const { page } = await open();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(light);
    await page.getByRole('button', { name: 'Dark' }).click();
    await expect.poll(ground).toBe(light);
    await page.reload();
    await expect.poll(ground).toBe(light);
  });
});

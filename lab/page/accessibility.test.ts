import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { axeFindings, problemsIn, tabStops } from '#test/support/accessibility.ts';
import { fileLimits } from '#test/support/file-limits.ts';

import { createDemoPane, demoMessage } from './demo-panes.ts';
import { createHelpPages } from './help-pages.ts';
import { createPageRoutes, type PagePane } from './routes.ts';
import { describeInBrowser, openBrowser, openPage, serveApp } from './test-bench.ts';

const helpCenter = fileURLToPath(new URL('../help-center/', import.meta.url));

describeInBrowser('for everyone', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 30_000);
  afterAll(() => browser.close());
  const open = () => openPage(browser);

  const kinds = ['slack', 'teams', 'discord', 'sms', 'desk'] as const;
  const everything = [
    'A [link](https://example.com), `code`, **bold** and *soft*.\n\n> quoted\n\n- one\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n-# small',
    'and more',
  ];

  /** Every kind of pane with everything that can stand in one. */
  async function openAll(colorScheme: 'light' | 'dark') {
    const actions = [
      { id: 'claim', label: 'Claim', style: 'primary' },
      { id: 'close', label: 'Close', style: 'danger' },
      { id: 'note', label: 'Note', style: 'plain', asks: 'What?' },
    ] as const;
    const facts = [{ label: 'State', value: 'waiting' }];
    const panes = Object.fromEntries(
      kinds.map((kind): [string, PagePane] => {
        const pane = createDemoPane(kind, [
          ...['ada', 'bob', 'cyd', 'dan', 'eve', 'flo'].map((id) =>
            demoMessage('person', 'Words of a person', { author: { id, name: id, role: 'person' } }),
          ),
          demoMessage('bot', everything.join('\n'), { edited: true, status: 'failed' }),
          demoMessage('bot', 'line\n\n'.repeat(30), { id: 'card', title: 'A card', facts, actions }),
          demoMessage('person', 'in a thread', { thread: 'card' }),
        ]);
        pane.type('Ada is typing');
        return [kind, { pane, room: kind, user: 'kim', title: kind, subtitle: 'as you', kind, threads: true }];
      }),
    );
    const app = createPageRoutes(panes, () => ({ model: '', notes: ['A note.'] }));
    const { url } = await serveApp(app.route('/', createHelpPages([helpCenter], fileLimits)));
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    await page.goto(url);
    await page.locator('#pane-desk .message').first().waitFor();
    return page;
  }

  test.each(['light', 'dark'] as const)('in %s every control has a name and every text can be read', async (scheme) => {
    const page = await openAll(scheme);
    await page.getByLabel('Write in slack').fill('refuse');
    await page.getByLabel('Write in slack').press('Enter');
    await page.getByRole('alert').filter({ hasText: 'refused' }).waitFor();
    expect(await problemsIn(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    await page.locator('#pane-desk').getByRole('button', { name: 'Note' }).click();
    await page.getByRole('dialog', { name: 'What?' }).waitFor();
    expect(await problemsIn(page)).toEqual([]);
    for (const path of ['/help', '/help/refunds']) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('heading').waitFor();
      expect(await problemsIn(page)).toEqual([]);
      expect(await axeFindings(page)).toEqual([]);
    }
  });

  test('the Tab key leads to everything, and one sees where it is', async () => {
    const page = await openAll('light');
    const stops = await tabStops(page);
    expect(stops.filter(({ isMarked }) => !isMarked)).toEqual([]);
    const names = stops.map(({ name }) => name);
    for (const kind of kinds)
      expect(names).toEqual(expect.arrayContaining([kind, `Write in ${kind}`, `Send in ${kind}`]));
    for (const name of ['Claim', 'Close', 'Note', 'Show all', 'link', 'Reply in thread: A card'])
      expect(names.filter((one) => one === name)).toHaveLength(kinds.length);
    expect(names).toEqual(
      expect.arrayContaining(['Skip to the conversations', 'Dark theme', 'I want to talk to a human']),
    );
  });

  test('a case can be worked with the keyboard alone, and the place is kept when its buttons change', async () => {
    const { page, desk } = await open();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.getByRole('button', { name: 'Claim' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => desk.presses.map(({ action }) => action)).toEqual(['claim']);
    desk.put({ id: 'case', actions: [{ id: 'resolve', label: 'Resolve', style: 'danger' }] });
    await expect.poll(focused).toBe('Resolve');
    desk.put({ id: 'case', actions: [{ id: 'note', label: 'Add note', style: 'plain', asks: 'What?' }] });
    await expect.poll(focused).toBe('Add note');
    await page.keyboard.press('Space');
    await page.getByRole('dialog', { name: 'What?' }).waitFor();
    await page.keyboard.type('VIP');
    await page.keyboard.press('Enter');
    await expect.poll(() => desk.presses.map(({ text }) => text)).toEqual([undefined, 'VIP']);
    await expect.poll(focused).toBe('Add note');
    desk.put({ id: 'case', actions: [] });
    await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset['id'])).toBe('case');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('1 reply');
  });

  test('who wants no motion sees none', async () => {
    const { page, slack } = await open();
    slack.type('Firstline is typing');
    await page.getByText('Firstline is typing').waitFor();
    const moving = () => page.evaluate(() => document.getAnimations().length);
    const dots = () =>
      page.locator('#pane-slack .typing').evaluate((node) => getComputedStyle(node, '::before').animationName);
    expect(await dots()).toBe('pulse');
    expect(await moving()).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await expect.poll(dots).toBe('none');
    expect(await moving()).toBe(0);
  });

  test('a long card shows its beginning, and all of it to who asks or tabs into it', async () => {
    const { page, desk } = await open();
    desk.put({ id: 'case', text: `${'line\n\n'.repeat(40)}[the end](https://example.com)` });
    const text = page.locator('#pane-desk [data-id=case] .text').first();
    const isFolded = () => text.evaluate((node) => node.scrollHeight > node.clientHeight + 1);
    const fold = page.getByRole('button', { name: 'Show all' });
    await fold.click();
    expect(await isFolded()).toBe(false);
    await page.getByRole('button', { name: 'Show less' }).click();
    expect(await isFolded()).toBe(true);
    await fold.focus();
    await page.keyboard.press('Shift+Tab');
    await expect.poll(isFolded).toBe(false);
    desk.put({ id: 'case', text: 'short' });
    await fold.waitFor({ state: 'hidden' });
  });
});

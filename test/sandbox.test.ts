import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { freePort } from './support/free-port.ts';

const executablePath = '/usr/bin/chromium';
const root = fileURLToPath(new URL('..', import.meta.url));
const startMs = 60_000;

/** `npm start` as a newcomer has it: with no account, server or key. */
const start = (port: number, folder: string) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', 'start'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: String(port), FIRSTLINE_DATA_DIR: folder },
  });
  let output = '';
  const says = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.includes('Stop ')) says.resolve();
    });
  child.once('exit', () => says.reject(new Error(`The sandbox ended:\n${output}`)));
  // Not every test waits for it to be ready.
  says.promise.catch(() => undefined);
  return { child, ready: says.promise, output: () => output };
};

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
};

describe.skipIf(!existsSync(executablePath))('the sandbox', () => {
  let folder: string;
  let port: number;
  let sandbox: ReturnType<typeof start>;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firstline-sandbox-'));
    port = await freePort();
    sandbox = start(port, folder);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    await sandbox.ready;
  }, startMs);
  afterAll(async () => {
    await browser?.close();
    sandbox.child.kill('SIGTERM');
    expect(await ended(sandbox.child)).toBe(0);
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  const visit = async (): Promise<{ page: Page; complaints: string[] }> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`http://localhost:${port}`);
    return { page, complaints };
  };
  const write = async (field: Locator, text: string): Promise<void> => {
    await field.fill(text);
    await field.press('Enter');
  };

  test('its start screen says on one screen what runs and what to try', () => {
    const output = sandbox.output();
    expect(output).toContain(`http://localhost:${port}`);
    for (const name of ['Answers', 'Slack', 'Teams', 'Discord', 'SMS', 'Web', 'Desk', 'Data', 'Try', 'Stop'])
      expect(output).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(output).toContain('ANTHROPIC_API_KEY');
    // Into a pipe go plain lines.
    expect(output).not.toContain('\u001B');
  });

  test('a newcomer asks on every channel and sees an answer with its source', async () => {
    const { page, complaints } = await visit();
    const widget = page.frameLocator('iframe');
    for (const name of ['Slack', 'Teams', 'Discord', 'SMS'])
      await write(page.getByLabel(`Write in ${name}`), 'What is the return policy?');
    await write(widget.getByLabel('Your message'), 'What is the return policy?');

    for (const name of ['slack', 'teams', 'discord']) {
      const answer = page.locator(`#pane-${name} .message.bot`).filter({ hasText: '45 days' });
      await answer.getByRole('link', { name: 'Return an item' }).waitFor();
      await answer.getByRole('button', { name: 'Talk to a person' }).waitFor();
    }
    await page
      .locator('#pane-sms .message.bot', { hasText: '45 days' })
      .getByRole('link', { name: '/return-an-item' })
      .waitFor();
    await widget.getByText('45 days').first().waitFor();
    const [source] = await Promise.all([
      page.waitForEvent('popup'),
      widget.getByRole('link', { name: 'Return an item' }).click(),
    ]);
    await source.getByRole('heading', { name: 'Return an item' }).waitFor();
    await source.getByRole('listitem').filter({ hasText: 'Print the label' }).waitFor();
    await source.close();
    await widget.getByRole('button', { name: 'Talk to a person' }).waitFor();

    await write(page.getByLabel('Write in Slack'), 'And what does it cost?');
    await page.locator('#pane-slack .message.bot', { hasText: '$9.50' }).waitFor();
    await write(page.getByLabel('Write in Teams'), 'How tall is the Eiffel Tower?');
    await page.locator('#pane-teams .message.bot', { hasText: 'I could not find that' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a customer asks for a human, and an agent claims, answers and resolves the case at the desk', async () => {
    const { page, complaints } = await visit();
    const discord = page.locator('#pane-discord');
    const card = page.locator('#pane-desk .message.card', { hasText: 'cleo needs a person' });
    await write(page.getByLabel('Write in Discord'), 'I want to talk to a human');
    await discord.getByText('I am passing this to a person.').waitFor();
    await card.getByText('waiting', { exact: true }).waitFor();

    await card.getByRole('button', { name: 'Claim' }).click();
    await card.getByText('claimed by Ana Torres').waitFor();
    await discord.getByText('You are now talking with Ana Torres.').waitFor();

    const thread = card.getByLabel('Reply in thread');
    await write(thread, 'I think it is the depot again');
    // As long as a message is on its way, the field takes no other.
    await card.locator('.thread').getByText('the depot again').waitFor();
    await write(thread, 'reply Which order is it?');
    await discord.getByText('Ana Torres: Which order is it?').waitFor();
    await write(page.getByLabel('Write in Discord'), 'It is NW-12345678');
    await card.locator('.thread').getByText('It is NW-12345678').waitFor();

    await card.getByRole('button', { name: 'Reply', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Your reply to the customer' });
    await write(dialog.getByRole('textbox'), 'Found it, the refund is on its way.');
    await discord.getByText('the refund is on its way').waitFor();
    await card.locator('.thread').getByText('the refund is on its way').waitFor();

    await write(thread, 'resolve');
    await card.getByText('resolved by Ana Torres').waitFor();
    await discord.getByText('Your case is resolved.').waitFor();
    await discord.getByText('How was your case handled').waitFor();
    await discord.getByRole('button', { name: '5', exact: true }).click();
    await card.locator('.thread').getByText('rated this case 5 of 5').waitFor();
    expect(await discord.getByText('depot').count()).toBe(0);
    await card.getByRole('button', { name: 'Resolve' }).waitFor({ state: 'detached' });
    await write(page.getByLabel('Write in Discord'), 'How do I reset my password?');
    await discord.getByText('Forgot password').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a second one on the same port, or on the same folder, says so and ends', async () => {
    const samePort = start(port, join(folder, 'other'));
    const sameFolder = start(await freePort(), folder);
    expect(await ended(samePort.child)).toBe(1);
    expect(samePort.output()).toContain(`Port ${port} is in use.`);
    expect(await ended(sameFolder.child)).toBe(1);
    expect(sameFolder.output()).toMatch(/is in use by process \d+/);
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });
});

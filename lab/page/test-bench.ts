import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser } from 'playwright-core';
import { describe, onTestFinished } from 'vitest';
import { createDemoPane, demoMessage } from './demo-panes.ts';
import { createPageRoutes, type PagePane } from './routes.ts';

const executablePath = '/usr/bin/chromium';

/** Tests in a browser are left out where there is none. */
export const describeInBrowser = describe.skipIf(!existsSync(executablePath));

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

async function serve() {
  const slack = createDemoPane('D1');
  const sms = createDemoPane('+1');
  const actions = [
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'note', label: 'Add note', style: 'plain', asks: 'What should the team know?' },
  ] as const;
  const facts = [{ label: 'Customer', value: 'Ada' }];
  const desk = createDemoPane('Q1', [
    demoMessage('bot', 'Wants a refund', { id: 'case', title: 'Case 1', facts, actions }),
    demoMessage('bot', 'A lamp broke', { id: 'reply', thread: 'case' }),
  ]);
  const panes: Record<string, PagePane> = {
    slack: { pane: slack, room: 'D1', user: 'U1', title: 'Slack', subtitle: 'as you', kind: 'slack', threads: false },
    sms: { pane: sms, room: '+1', user: '+2', title: 'SMS', subtitle: 'as you', kind: 'sms', threads: false },
    desk: { pane: desk, room: 'Q1', user: 'kim', title: 'Desk', subtitle: 'as you', kind: 'desk', threads: true },
  };
  const { url } = await serveApp(createPageRoutes(panes, () => ({ model: '', notes: [] })));
  return { url, slack, sms, desk };
}

export async function serveApp(app: ReturnType<typeof createPageRoutes>) {
  app.get('/channels/web/demo', (c) => c.html('<!doctype html><title>Shop</title>'));
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The page with three panes in memory: a customer on Slack, one with a phone, and a desk that holds a case. */
export async function openPage(browser: Browser, width = 1440) {
  const lab = await serve();
  const context = await browser.newContext({ viewport: { width, height: 844 } });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  onTestFinished(() => context.close());
  await page.goto(lab.url);
  await page.locator('#pane-desk .message').first().waitFor();
  return { ...lab, page, complaints };
}

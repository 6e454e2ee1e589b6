import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { Channel } from '#core/channel.ts';

import { toCapabilityTable } from './capabilities.ts';
import { registry } from './registry.ts';
import { createWebChannel } from './web/channel.ts';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const root = new URL('..', import.meta.url).pathname;

const credentials = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'secret',
  MicrosoftAppId: '00000000-0000-4000-8000-000000000001',
  MicrosoftAppPassword: 'secret',
  MicrosoftAppTenantId: '00000000-0000-4000-8000-000000000002',
  DISCORD_TOKEN: 'token',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: '0'.repeat(32),
  TWILIO_FROM: '+15005550006',
  FIRSTLINE_PUBLIC_URL: 'https://support.example.com',
};

test('the table of what each channel can do is what their code has', () => {
  const web = createWebChannel({
    config: { enabled: true, allowedOrigins: [] },
    journal: { put: async () => undefined, read: async () => [] },
    secret: Buffer.alloc(32),
    now: () => new Date(),
    connectionsPerPersonMax: 1,
    keptLengthMax: 1,
  });
  const channels = ['slack', 'teams', 'discord', 'sms'].map((name): Channel => {
    const channel = registry[name]?.(credentials);
    if (!channel) throw new Error(`No channel ${name}`);
    return channel;
  });
  // Paste what is expected into README.md when it differs.
  expect(readme).toContain(toCapabilityTable([...channels, web]));
});

/** The names of all tests. */
const testsIn = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');

test('each trap of the platforms has a test of its name, or a reason why there is none', () => {
  const tests = ['channels', 'lab', 'test'].map(testsIn).join('\n');
  const tested = new Set([...tests.matchAll(/trap (\d+)[:,]/g)].map(([, number]) => Number(number)));
  const excused = new Set([...readme.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number)));
  const all = Array.from({ length: 40 }, (_, index) => index + 1);
  expect(all.filter((trap) => !tested.has(trap) && !excused.has(trap))).toEqual([]);
  expect(all.filter((trap) => tested.has(trap) && excused.has(trap))).toEqual([]);
});

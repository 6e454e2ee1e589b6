import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = new URL('main.ts', import.meta.url).pathname;
let folder: string;
const close: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
});
afterEach(async () => {
  for (const end of close.splice(0)) end();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  close.push(() => child.kill('SIGKILL'));
  const seen = { out: '', error: '' };
  child.stdout.on('data', (part) => (seen.out += String(part)));
  child.stderr.on('data', (part) => (seen.error += String(part)));
  const ended = once(child, 'exit').then(([code]) => Number(code));
  return { child, seen, ended };
};

/** The value of a printed variable. */
const variable = (out: string, name: string) => new RegExp(`${name}=(\\S+)`).exec(out)?.[1] ?? '';

test('the named servers start, real clients reach them, faults strike, and Ctrl-C ends them with 0', async () => {
  const faults = join(folder, 'faults.yaml');
  await writeFile(faults, '- {server: slack, method: chat.postMessage, fault: applied_then_cut, times: 1}\n');
  const { child, seen, ended } = run('slack', 'anthropic', '--faults', faults, '--seed', '5');
  await expect.poll(() => seen.out).toContain('Ctrl-C');
  expect(seen.out).toContain('seed 5: slack chat.postMessage applied_then_cut');
  expect(seen.out).not.toContain('TWILIO');
  const slackApiUrl = variable(seen.out, 'SLACK_API_URL');
  const slack = new WebClient(variable(seen.out, 'SLACK_BOT_TOKEN'), { slackApiUrl, retryConfig: { retries: 0 } });
  await expect(slack.chat.postMessage({ channel: 'D0ADA00000', text: 'Hello' })).rejects.toThrow();
  const claude = new Anthropic({
    apiKey: variable(seen.out, 'ANTHROPIC_API_KEY'),
    baseURL: variable(seen.out, 'ANTHROPIC_BASE_URL'),
  });
  const { content } = await claude.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 50,
    messages: [{ role: 'user', content: 'Hi' }],
  });
  expect(content[0]).toMatchObject({ text: 'You wrote: Hi' });
  const state = (await (await fetch(new URL('/_lab/state', slackApiUrl))).json()) as {
    rooms: { id: string; messages: { text: string }[] }[];
    faults: unknown;
  };
  expect(state.rooms.find(({ id }) => id === 'D0ADA00000')?.messages.map(({ text }) => text)).toEqual(['Hello']);
  expect(state.faults).toEqual({ 'chat.postMessage applied_then_cut': 1 });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('what a person says with curl reaches the bot, and a bad act is told why it is refused', async () => {
  const heard = Promise.withResolvers<string>();
  const bot = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      heard.resolve(new URLSearchParams(body).get('Body') ?? '');
      response.setHeader('content-type', 'text/xml').end('<Response/>');
    });
  }).listen(0, '127.0.0.1');
  await once(bot, 'listening');
  close.push(() => {
    bot.closeAllConnections();
    bot.close();
  });
  const botUrl = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/any/path`;
  const { seen } = run('twilio', '--bot', `twilio=${botUrl}`);
  await expect.poll(() => seen.out).toContain('Ctrl-C');
  const [, url = '', body = ''] = /say +curl (\S+) -d '(.*)'/.exec(seen.out) ?? [];
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
  expect(await heard.promise).toBe('What is the return policy?');
  const refused = await fetch(url, { method: 'POST', body: '{"room": "+1"}' });
  expect(refused.status).toBe(400);
  expect(((await refused.json()) as { error: string }).error).toContain('user');
});

test.each([
  [['irc'], 'There is no server "irc"'],
  [['--port-base', 'x'], '--port-base takes a whole number'],
  [['--speed', '3'], "Unknown option '--speed'"],
  [['--bot', 'localhost'], '--bot takes an http address'],
  [['--faults', '/nowhere.yaml'], 'The fault file /nowhere.yaml cannot be read (ENOENT)'],
])('%j is refused in one sentence', async (args, reason) => {
  const { seen, ended } = run(...args);
  expect(await ended).toBe(2);
  expect(seen.error).toContain(reason);
  expect(seen.error.trim().split('\n')).toHaveLength(1);
});

test('a fault file that is wrong and a port that is taken are refused in one sentence', async () => {
  const faults = join(folder, 'faults.yaml');
  await writeFile(faults, '- {server: slack, fault: explode}\n');
  const wrong = run('--faults', faults);
  expect(await wrong.ended).toBe(2);
  expect(wrong.seen.error).toContain('rules.0.fault');
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  close.push(() => holder.close());
  const taken = run('slack', '--port-base', String((holder.address() as AddressInfo).port));
  expect(await taken.ended).toBe(2);
  expect(taken.seen.error).toMatch(/Port \d+ for slack is taken/);
});

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createSlackChannel } from '#channels/slack/channel.ts';
import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import { type OpenAiLab, openOpenAiLab } from '#lab/openai/server.ts';
import { openSlackLab, type SlackLab } from '#lab/slack/server.ts';

import { chooseForTest } from './support/chosen-model.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

/** Longer than an answer of the lab takes on a busy machine. */
const silenceMs = 2000;

let claude: AnthropicLab;
let openai: OpenAiLab;
let slack: SlackLab;
let firstline: TestApp;
let visitor: WebVisitor;

beforeEach(async () => {
  claude = await openAnthropicLab({ apiKey: 'sk-claude' });
  openai = await openOpenAiLab({ apiKey: 'sk-open' });
  slack = await openSlackLab({ signingSecret: 'signing', botToken: 'xoxb-test', rateLimits: 'off' });
  const room = slack.addRoom({ name: 'desk', kind: 'channel' });
  firstline = await openTestApp({
    channels: [createSlackChannel({ botToken: 'xoxb-test', signingSecret: 'signing', apiUrl: slack.url })],
    settings: { desk: { channel: 'slack', room: room.id }, limits: { retryMs: 10 } },
    model: chooseForTest({
      claude: {
        apiKey: 'sk-claude',
        baseUrl: claude.url,
        model: 'claude-haiku-5-5',
        silenceMs,
        firstTokenMs: silenceMs,
      },
      fallback: { apiKey: 'sk-open', baseUrl: openai.url, model: 'small-one' },
    }),
  });
  visitor = await openVisitor(firstline.url);
});

afterEach(async () => {
  for (const one of [visitor, firstline, slack, openai, claude]) await one[Symbol.asyncDispose]();
});

const answers = () => visitor.messages().filter((message) => message.author === 'assistant');
const sees = (text: string) => visitor.sees((message) => message.text.endsWith(text) && !message.partial);

test('the model is overloaded: another provider answers', async () => {
  claude.script([{ fail: { status: 529, type: 'overloaded_error' } }]);
  openai.script([{ text: 'The other one answers.' }]);
  await visitor.say('Hello, is anybody there?');
  await sees('The other one answers.');
  const [request] = openai.requests;
  expect(request?.messages[0]?.role).toBe('system');
  expect(request?.messages.at(-1)?.content).toContain('is anybody there?');
});

test('the model breaks off in the middle: the same message becomes the whole answer of the next try', async () => {
  claude.script([{ text: 'This is a beginning. And this will never', failAfterChars: 30 }]);
  openai.script([{ text: 'This is the whole answer.' }]);
  await visitor.say('Hello, is anybody there?');
  await sees('This is the whole answer.');
  await firstline.app.settled();
  expect(answers()).toHaveLength(1);
});

test.each([
  ['is cut off', { text: 'A beginning. And more of', cutAfterChars: 20 }],
  [
    'falls silent',
    {
      chunks: (async function* () {
        yield 'A beginning. And ';
        await new Promise<void>((resolve) => setTimeout(resolve, silenceMs * 4).unref());
      })(),
    },
  ],
])('the model %s: it is asked again, within a bound', async (_, script) => {
  claude.script([script]);
  openai.script([{ status: 500 }]);
  claude.script([{ text: 'This is the second try.' }]);
  await visitor.say('Hello, is anybody there?');
  await sees('This is the second try.');
  expect(answers()).toHaveLength(1);
});

test('no provider answers: the person is told, a human is asked, and no half answer stays', async () => {
  claude.script(Array.from({ length: 3 }, () => ({ text: 'This is a beginning. And this', failAfterChars: 25 })));
  openai.script(Array.from({ length: 3 }, () => ({ status: 503 })));
  await visitor.say('Hello, is anybody there?');
  await sees('I have opened a case, and a person will answer you here.');
  await firstline.app.settled();
  expect(answers()).toHaveLength(1);
  expect(answers()[0]?.text).not.toContain('beginning');
  expect(await firstline.store.query(`select 1 from support_case where reason = 'the assistant failed'`)).toHaveLength(
    1,
  );
});

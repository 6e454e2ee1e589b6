/**
 * The bot that a developer writes in an afternoon: Bolt and the model's SDK, one message that is posted and edited, and nothing
 * kept. A process of its own, to be measured beside ours.
 */
import Anthropic from '@anthropic-ai/sdk';
import { App, LogLevel } from '@slack/bolt';

const editIntervalMs = 1200;

const anthropic = new Anthropic();
const app = new App({
  token: process.env['SLACK_BOT_TOKEN'] ?? '',
  signingSecret: process.env['SLACK_SIGNING_SECRET'] ?? '',
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env['SLACK_API_URL'] ?? '' },
});

app.message(async ({ message, client }) => {
  if (message.subtype !== undefined || message.bot_id !== undefined || !message.text) return;
  const stream = await anthropic.messages.create({
    model: 'claude-haiku-5-5',
    max_tokens: 1024,
    system: 'You answer the questions of customers.',
    messages: [{ role: 'user', content: message.text }],
    stream: true,
  });
  let text = '';
  let ts: string | undefined;
  let writtenAt = 0;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    writtenAt = Date.now();
    if (ts === undefined) ts = (await client.chat.postMessage({ channel: message.channel, text })).ts;
    else await client.chat.update({ channel: message.channel, ts, text });
  };
  for await (const event of stream) {
    if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
    text += event.delta.text;
    if (writing || !/[.!?]\s/.test(text) || Date.now() - writtenAt < editIntervalMs) continue;
    writing = write().finally(() => {
      writing = undefined;
    });
  }
  await writing;
  await write();
});

await app.start(Number(process.env['PORT']));
console.log('ready');

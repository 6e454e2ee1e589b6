import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { toThreadKey as toDiscordThread } from '#channels/discord/keys.ts';
import { registry } from '#channels/registry.ts';
import { toThreadKey as toSlackThread } from '#channels/slack/keys.ts';
import { toThreadKey as toSmsThread } from '#channels/sms/receive.ts';
import { toThreadKey as toTeamsThread } from '#channels/teams/keys.ts';
import { createWebChannel } from '#channels/web/channel.ts';
import type { WebMessage } from '#channels/web/render.ts';
import type { Channel, ThreadKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { split } from '#delivery/to-parts.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { bareLetters, compare, type Count, type Kept, letters, visibleSigns } from './fidelity/compare.ts';
import { cellsOf, readDiscord } from './fidelity/read-discord.ts';
import { joinReadings, parse, type Reading, readMarkdown } from './fidelity/reading.ts';
import { readSms } from './fidelity/read-sms.ts';
import { readWidgetMessage } from './fidelity/read-widget.ts';
import { markdownDocument } from './support/markdown-documents.ts';

const folder = new URL('fidelity/', import.meta.url);
const corpus = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name.replace('.md', ''), readFileSync(new URL(name, folder), 'utf8').trim()]),
);
const answers = {
  ...corpus,
  'all of it': Array.from({ length: 5 }, () => Object.values(corpus).join('\n\n')).join('\n\n'),
};

/** One way to a person and back: a channel, a place in it, and what the platform holds there. */
interface Road {
  readonly channel: Channel;
  readonly thread: ThreadKey;
  held(): string[];
  readonly read: (message: string) => Reading;
  readonly count: Count;
  readonly countCode?: Count;
}

const state = <T>(server: { state(): unknown }): T => server.state() as T;

const openRoads = async (platforms: Platforms): Promise<Record<string, Road>> => {
  const { servers, seats, environment } = platforms;
  const open = async (name: string): Promise<Channel> => {
    const channel = registry[name]?.(environment);
    if (!channel) throw new Error(`No channel ${name}.`);
    await channel.start(async () => undefined);
    return channel;
  };
  const teams = await open('teams');
  const teamsRoad = (kind: 'personal' | 'groupChat', conversation: string): Road => ({
    channel: teams,
    thread: toTeamsThread({ kind, conversation }),
    held: () =>
      state<{ rooms: { id: string; messages: { activity: { text?: string } }[] }[] }>(servers.teams)
        .rooms.find(({ id }) => id === conversation)!
        .messages.map(({ activity }) => activity.text ?? ''),
    // Items stand for rows there, too.
    read: (text) => ({ ...readMarkdown(text), rows: cellsOf(parse(text)) }),
    count: visibleSigns,
  });
  const { identity } = state<{ identity: { teamId: string } }>(servers.slack);
  // A group: in a personal chat a stream is paced as its readers read, and this is about what arrives and not when.
  const group = await servers.teams.addRoom({ type: 'groupChat', members: [seats.teams.user] });
  const journal: WebMessage[] = [];
  const web = createWebChannel({
    config: { enabled: true, allowedOrigins: [] },
    journal: {
      put: async (_, message) => {
        const at = journal.findIndex(({ id }) => id === message.id);
        journal.splice(at < 0 ? journal.length : at, at < 0 ? 0 : 1, message);
      },
      read: async () => [],
    },
    secret: Buffer.alloc(32, 1),
    now: () => new Date(),
    connectionsPerPersonMax: 1,
    keptLengthMax: 1000,
  });
  return {
    slack: {
      channel: await open('slack'),
      thread: toSlackThread({ team: identity.teamId, room: seats.slack.room, root: null }),
      held: () =>
        state<{ rooms: { id: string; messages: { blocks: { type: string; text: string }[] }[] }[] }>(servers.slack)
          .rooms.find(({ id }) => id === seats.slack.room)!
          .messages.map(({ blocks }) =>
            blocks
              .filter(({ type }) => type === 'markdown')
              .map(({ text }) => text)
              .join('\n\n'),
          ),
      read: readMarkdown,
      count: visibleSigns,
    },
    teams: teamsRoad('groupChat', group),
    // One to one, where an answer streams at the platform's pace.
    'teams chat': teamsRoad('personal', seats.teams.room),
    discord: {
      channel: await open('discord'),
      thread: toDiscordThread({ room: seats.discord.room }),
      held: () =>
        state<{ messages: { channel_id: string; content: string }[] }>(servers.discord)
          .messages.filter((message) => message.channel_id === seats.discord.room)
          .map(({ content }) => content),
      read: readDiscord,
      count: visibleSigns,
    },
    sms: {
      channel: await open('sms'),
      thread: toSmsThread(seats.sms.user, environment['TWILIO_FROM'] ?? ''),
      held: () => state<{ messages: { body: string }[] }>(servers.twilio).messages.map(({ body }) => body),
      read: readSms,
      count: bareLetters,
      countCode: visibleSigns,
    },
    web: {
      channel: web,
      thread: 'visitor' as ThreadKey,
      held: () => journal.map(({ text }) => text),
      read: readWidgetMessage,
      count: visibleSigns,
    },
  };
};

/** The client itself spaces its calls to Discord, 50 in a second. */
const whenItMay = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ChannelError) || error.reason !== 'rate_limited') throw error;
    await setTimeout(error.retryAfterMs);
    return whenItMay(call);
  }
};

const names = ['slack', 'teams', 'discord', 'sms', 'web'] as const;
const kinds = ['text', 'links', 'code', 'tables', 'lists'] as const satisfies readonly (keyof Kept)[];

describe('fidelity', () => {
  let platforms: Platforms;
  let roads: Record<string, Road>;
  const figures: string[] = [];

  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    roads = await openRoads(platforms);
  });
  afterAll(async () => {
    console.log(
      [
        `${'kept in %'.padEnd(20)}${'parts'.padStart(6)}${kinds.map((kind) => kind.padStart(8)).join('')}`,
        ...figures,
      ].join('\n'),
    );
    await Promise.all(Object.values(roads).map(({ channel }) => channel.stop()));
    await platforms[Symbol.asyncDispose]();
  });

  test.each([
    ...names.flatMap((name) => Object.keys(answers).map((answer) => [name, answer] as const)),
    ['teams chat', 'all of it'] as const,
  ])('on %s nothing is lost of %s', async (name, answer) => {
    const road = roads[name]!;
    const text = answers[answer as keyof typeof answers] ?? '';
    const before = road.held().length;
    const parts = split(road.channel, { text });
    for (const [index, part] of parts.entries()) {
      const key = `${answer.length}:${before}:${index}`;
      // Where a message can change, what was posted first is changed into the part: both roads must take it.
      const { edit } = road.channel;
      const first = edit ? { text: '…', partial: true } : part;
      const sent = await whenItMay(() => road.channel.send(road.thread, first, key));
      if (edit) await whenItMay(() => edit(sent, part));
    }
    const read = joinReadings(road.held().slice(before).map(road.read));
    const kept = compare(readMarkdown(text), read, road.count, road.countCode);
    const figure = kinds.map((kind) => kept[kind].toFixed(kept[kind] === 100 ? 0 : 1).padStart(8)).join('');
    figures.push(`${`${name}: ${answer}`.padEnd(20)}${String(parts.length).padStart(6)}${figure}`);
    expect(kept.lost).toEqual([]);
  });

  test('on slack all words are also in the text that is heard', async () => {
    const { channel, thread } = roads['slack']!;
    const text = answers['all of it'];
    const { rooms } = state<{ rooms: { id: string; messages: { text: string }[] }[] }>(platforms.servers.slack);
    const before = rooms.find(({ id }) => id === platforms.seats.slack.room)?.messages.length;
    for (const [index, part] of split(channel, { text }).entries()) await channel.send(thread, part, `heard:${index}`);
    const heard = state<{ rooms: { id: string; messages: { text: string }[] }[] }>(platforms.servers.slack)
      .rooms.find(({ id }) => id === platforms.seats.slack.room)!
      .messages.slice(before)
      .map((message) => message.text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
    const lines = heard.join('\n').split('\n');
    const read = { ...readMarkdown(''), texts: lines, heads: lines, rows: lines.map((line) => [line]) };
    const { lost, text: kept } = compare(readMarkdown(text), read, letters);
    expect({ kept, lost: kept === 100 ? [] : lost.filter((one) => !one.includes('://')) }).toEqual({
      kept: 100,
      lost: [],
    });
  });

  test.each(['slack', 'teams', 'discord', 'sms'])(
    '%s takes every part of any answer, posted and edited',
    async (name) => {
      const { channel, thread } = roads[name]!;
      const citations = [1, 2, 3].map((number) => ({
        number,
        title: `Guide ${number}`,
        url: 'https://example.com/guide',
      }));
      const actions = [{ id: 'human', label: 'Talk to a person' }];
      let sends = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(markdownDocument, { minLength: 1, maxLength: 6 }), async (documents) => {
          const parts = split(channel, { text: documents.join('\n\n'), citations, actions });
          for (const part of parts) {
            const key = `any:${(sends += 1)}`;
            const sent = await whenItMay(() => channel.send(thread, part, key));
            await whenItMay(async () => channel.edit?.(sent, part));
          }
          expect(parts.at(-1)).toMatchObject({ citations, actions });
          for (const part of parts.slice(0, -1)) expect(Object.keys(part)).toEqual(['text']);
        }),
        { numRuns: 12 },
      );
    },
  );
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { openPlatforms, type Platforms, type Seat } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let platforms: Platforms;
let firstline: TestApp;
let seat: Seat;

const inThread = (root: string): PaneMessage[] =>
  seat.pane.view(seat.room).messages.filter((message) => fromBot(message) && message.thread === root);

/** Goes on only when its reader sees the words before. */
const answerOf = (words: string, root: string) =>
  async function* () {
    yield `${words} is what you asked about. `;
    await sees(seat, (message) => message.thread === root && message.text.includes(words));
    yield 'This is the second sentence of the answer, which is longer. ';
    await sees(seat, (message) => message.thread === root && message.text.includes('second sentence'));
    yield 'And that is all.';
  };

describe.each(['chat.startStream', 'chat.appendStream', 'chat.stopStream'])(
  'an answer in a thread whose %s',
  (method) => {
    // So few that none is refused for the sake of the limit of 20 a minute.
    beforeAll(async () => {
      platforms = await openPlatforms({ rateLimits: 'off' });
      const slack = registry['slack']?.(platforms.environment);
      if (!slack) throw new Error('Slack has its settings');
      firstline = await openTestApp({
        channels: [slack],
        settings: { limits: { retryMs: 20, editSettleMs: 50, perPerson: { size: 100, refillPerMinute: 100 } } },
      });
      platforms.connect(firstline.url);
      seat = platforms.seats.slack;
    });
    afterAll(async () => {
      await firstline[Symbol.asyncDispose]();
      await platforms[Symbol.asyncDispose]();
    });

    test.each(['goes well', 'applied_then_cut', 'cut', 'rate_limit', 'error'] as const)(
      '%s is there once, and whole',
      async (fault) => {
        const words = `${method} ${fault}`;
        // The message that a thread hangs on, as in assistant threads.
        const root = await seat.pane.say({ room: seat.room, user: seat.user, text: `First, ${words}` });
        await sees(seat, ({ text }) => text.includes(`You asked: First, ${words}`));
        await firstline.app.settled();
        if (fault !== 'goes well') platforms.servers.slack.setFaults([{ server: 'slack', method, fault, times: 1 }]);
        firstline.model.next(answerOf(words, root));
        await seat.pane.say({ room: seat.room, user: seat.user, thread: root, text: words });
        await sees(seat, ({ thread, text }) => thread === root && text.includes('And that is all.'));
        await firstline.app.settled();
        const fired = (platforms.servers.slack.state() as { faults: Record<string, number> }).faults;
        expect(Object.values(fired)).toEqual(fault === 'goes well' ? [] : [1]);
        platforms.servers.slack.setFaults(null);
        const shown = inThread(root);
        expect(shown.map(({ text }) => text)).toEqual([expect.stringMatching(/chat.* is what .* second .* all\.$/s)]);
        expect(shown[0]?.text.split('second sentence')).toHaveLength(2);
        expect(shown[0]?.status).toBeUndefined();
        expect(shown[0]?.actions.length).toBeGreaterThan(0);
      },
    );
  },
);

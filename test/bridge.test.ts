import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { type DeskRoom, openDeskRoom, seesCard, seesInThread, threadText } from './support/desk-room.ts';
import { pressCase, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

/** Files between a customer and an agent, who are on two platforms. */
const png = Buffer.from('\x89PNG\r\n\x1a\n a very small picture', 'latin1');
const addressIn = (text: string): string => /http\S+\/files\/[\w-]{22}/.exec(text)?.[0] ?? '';

describe.each(['slack', 'discord'] as const)('with the desk on %s', (name) => {
  let platforms: Platforms;
  let desk: DeskRoom;
  let firstline: TestApp;

  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    desk = await openDeskRoom(platforms, name);
    firstline = await openTestApp({
      channels: (publicUrl) => {
        const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
        return [name, 'sms'].map((channel) => registry[channel]!(environment)!);
      },
      settings: { desk: { channel: name, room: desk.id }, limits: { sharedFileLengthMax: 1000 } },
    });
    platforms.connect(firstline.url);
  });
  afterAll(async () => {
    await firstline[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });
  beforeEach(() => firstline.app.settled());

  const claimed = async (words: string) => {
    const visitor = await openVisitor(firstline.url);
    await visitor.say(`I want to talk to a human, ${words}`);
    const card = await seesCard(desk.ana, words);
    await firstline.app.settled();
    await pressCase(desk.ana, card, 'claim');
    await visitor.sees(({ text }) => text === 'You are now talking with Ana Torres.');
    return { visitor, card };
  };
  const send = (visitor: WebVisitor, text: string, file: string, content: string | Buffer) =>
    visitor.act('messages', {
      text,
      files: [{ name: file, mediaType: 'text/html', data: Buffer.from(content as string).toString('base64') }],
    });
  const shares = (text: string, file: string, content: string | Buffer, thread: string): void => {
    const { servers } = platforms;
    const { user } = desk.ana;
    if (name === 'slack')
      servers.slack.share({
        room: desk.id,
        user,
        text,
        thread,
        files: [{ name: file, mimetype: 'text/plain', content }],
      });
    else
      servers.discord.share({
        room: thread,
        user,
        text,
        files: [{ name: file, type: 'text/plain', content }],
      });
  };

  test('what the customer sends is in the thread, and is theirs byte for byte', async () => {
    const { visitor, card } = await claimed('my lamp is broken');
    await using _ = visitor;
    await send(visitor, 'Look at it', 'lamp.png', png);
    await seesInThread(desk.ana, card, 'lamp.png');
    await firstline.app.settled();
    expect(threadText(desk.ana, card)).toContain('Look at it');
    if (name === 'discord') expect(threadText(desk.ana, card)).toContain('📎 lamp.png');
    else {
      const got = await fetch(addressIn(threadText(desk.ana, card)));
      expect(Buffer.from(await got.arrayBuffer())).toEqual(png);
      // By its bytes, whatever its sender called it; to be saved, and to run nowhere.
      expect(got.headers.get('content-type')).toBe('image/png');
      expect(got.headers.get('content-disposition')).toContain('attachment');
      expect(got.headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  test('what the agent shares reaches the customer; what is private stays, with its file', async () => {
    const { visitor, card } = await claimed('where is my label');
    await using _ = visitor;
    shares('// for us only', 'internal.txt', 'margin 40 %', card.id);
    shares('Here is your label', 'label.txt', 'Return to Bergen', card.id);
    const shown = await visitor.sees(({ text }) => text.includes('/files/'));
    expect(shown.text).toMatch(/^\*\*Ana Torres:\*\*\s+\[label\.txt\]\(/);
    expect(await (await fetch(addressIn(shown.text))).text()).toBe('Return to Bergen');
    await firstline.app.settled();
    const all = visitor.messages().map(({ text }) => text);
    expect(all).toContain('**Ana Torres:** Here is your label');
    expect(all.join('\n')).not.toContain('internal');
  });

  test('what is too large is said on both sides, and the words arrive', async () => {
    const { visitor, card } = await claimed('my film');
    await using _ = visitor;
    await send(visitor, 'My film', 'film.mov', 'x'.repeat(1001));
    await seesInThread(desk.ana, card, 'Could not be had here: film.mov.');
    shares('The manual', 'manual.txt', 'x'.repeat(1001), card.id);
    await visitor.sees(({ text }) => text === '**Ana Torres:** The manual');
    await seesInThread(desk.ana, card, 'was not sent manual.txt');
  });

  test('a code that nobody was given opens nothing, and what is forgotten is gone', async () => {
    expect((await fetch(`${firstline.url}/files/${'A'.repeat(22)}`)).status).toBe(404);
    expect((await fetch(`${firstline.url}/files/..%2f..%2fetc`)).status).toBe(404);
    const { visitor, card } = await claimed('forget my label');
    await using _ = visitor;
    shares('', 'label.txt', 'Return to Oslo', card.id);
    const address = addressIn((await visitor.sees(({ text }) => text.includes('/files/'))).text);
    expect((await fetch(address)).status).toBe(200);
    await pressCase(desk.ana, await seesCard(desk.ana, 'forget my label'), 'resolve');
    await visitor.sees(({ text }) => text.startsWith('Your case is resolved'));
    await visitor.press('', 'forget');
    await visitor.sees(({ text }) => text.includes('forgotten'));
    await firstline.app.settled();
    expect((await fetch(address)).status).toBe(404);
  });

  test('a picture goes to a phone as a picture where its address can be fetched, and as an address where not', async () => {
    const phone = '+14155550142';
    const seat = { pane: platforms.servers.twilio.pane, room: phone, user: phone };
    await seat.pane.say({ room: phone, user: phone, text: 'I want to talk to a human, my phone case' });
    const card = await seesCard(desk.ana, 'my phone case');
    await firstline.app.settled();
    await pressCase(desk.ana, card, 'claim');
    await sees(seat, ({ text }) => text.includes('You are now talking with'));
    shares('', 'map.png', png, card.id);
    const shown = await sees(seat, ({ text }) => text.includes('/files/'));
    expect(Buffer.from(await (await fetch(addressIn(shown.text))).arrayBuffer())).toEqual(png);
  });
});

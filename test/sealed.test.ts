import { afterAll, beforeAll, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms, type Seat } from '#lab/platforms.ts';

import { readAtRest, whereIs } from './support/at-rest.ts';
import { openDeskRoom, type DeskRoom, seesCard, seesInThread, seesOffer, write } from './support/desk-room.ts';
import { fromBot, pressCase, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';
import { createWire } from './support/wire.ts';

/** What people write, in words that stand nowhere else. */
const said = {
  name: 'Thessaly Brackenridge',
  email: 'thessaly.brackenridge@mail.example',
  phone: '+44 20 7946 0958',
  card: '4111 1111 1111 1111',
  question: 'Does the walrus umbrella fold?',
  hurry: 'The walrus umbrella must arrive by Saturday',
  answer: 'Walrus umbrellas fold twice and then once more.',
  summary: 'Notes: somebody cares about walrus umbrellas.',
  toDesk: 'My umbrella has lost its walrus',
  private: 'third walrus this week, poor glue',
  fromDesk: 'We glue the walrus back on for free',
  typed: 'The glue needs nine hours to dry',
  refusal: 'the walrus model fell over its own feet',
  stray: 'walrus-in-the-address-bar',
} as const;

let platforms: Platforms;
let desk: DeskRoom;
let app: TestApp;

beforeAll(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  desk = await openDeskRoom(platforms, 'slack');
  app = await openTestApp({
    knowledge: true,
    channels: (publicUrl) =>
      ['slack', 'teams', 'discord', 'sms'].flatMap(
        (name) => registry[name]?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl }) ?? [],
      ),
    settings: {
      desk: { channel: 'slack', room: desk.id },
      limits: { contextTokens: 4000, summaryStartShare: 0.1, perPerson: { size: 100, refillPerMinute: 100 } },
    },
  });
  platforms.connect(app.url);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

/** One customer's whole way: questions with personal data, a summary, a failure, a case and its end. */
const goAllTheWay = async (
  channel: string,
  say: (text: string) => Promise<unknown>,
  hears: (text: string) => Promise<unknown>,
) => {
  for (const [index, text] of [said.question, said.hurry, said.question].entries()) {
    app.model.next(({ payer }) => (payer.purpose === 'summary' ? [said.summary] : [said.answer]));
    await say(`${text} (${index}) I am ${said.name}, ${said.email}, ${said.phone}, card ${said.card}.`);
    await app.app.settled();
  }
  await hears('fold twice');
  await say(`I want to talk to a human. ${said.toDesk} on ${channel}`);
  const card = await seesCard(desk.ana, `${said.toDesk} on ${channel}`);
  await app.app.settled();
  await pressCase(desk.ana, card, 'claim');
  const claimed = await seesOffer(desk.ana, card, 'back');
  await write(desk.ana, card, `// ${said.private}`);
  await write(desk.ana, card, said.fromDesk);
  await hears(said.fromDesk);
  await pressCase(desk.ana, claimed, 'reply', said.typed);
  await hears(said.typed);
  await say(`${said.hurry}, thank you`);
  await seesInThread(desk.ana, card, said.hurry);
  await write(desk.ana, card, 'resolve');
  await hears('Your case is resolved');
  app.model.next(() => [new Error(said.refusal)]);
  await say(said.question);
  await app.app.settled();
};

const onSeat = (name: 'slack' | 'teams' | 'discord' | 'sms'): Promise<void> => {
  const seat: Seat = platforms.seats[name];
  return goAllTheWay(
    name,
    (text) => seat.pane.say({ room: seat.room, user: seat.user, text }),
    (text) => sees(seat, (message) => fromBot(message) && message.text.includes(text)),
  );
};

const knockWithWords = async (): Promise<void> => {
  const wire = createWire(platforms, app.url);
  await fetch(`${app.url}/channels/${said.stray}/${said.stray}?q=${said.stray}`, { method: 'POST', body: said.stray });
  await wire.slack(`{"${said.stray}`);
  await wire.teams(JSON.stringify({ text: said.stray }));
  await wire.sms({ Body: said.stray });
  await wire.slack(JSON.stringify({ ...wire.made.slack(said.stray), type: said.stray }));
};

test('whatever people said on any channel, nothing of it can be read where it is kept', async () => {
  await using visitor = await openVisitor(app.url);
  await goAllTheWay(
    'web',
    (text) => visitor.say(text),
    (text) => visitor.sees((message) => message.author === 'assistant' && message.text.includes(text)),
  );
  for (const name of ['slack', 'teams', 'discord', 'sms'] as const) await onSeat(name);
  await knockWithWords();
  await app.app.settled();

  const atRest = await readAtRest(app);
  for (const place of [
    'conversation.summary',
    'conversation.tokens',
    'message.body',
    'outbox.body',
    'web_message.body',
  ])
    expect(atRest.get(`public.${place}`), `nothing was kept in ${place}`).not.toBe('');
  const { slack, teams, discord } = platforms.servers;
  const people = [slack, teams, discord].flatMap(
    (server) =>
      (server.state() as { users: { id: string; name?: string; username?: string; aadObjectId?: string }[] }).users,
  );
  const secrets = Object.entries(platforms.environment).filter(([name]) => /TOKEN|SECRET|Password/.test(name));
  const values = [
    ...Object.values(said),
    said.phone.replaceAll(' ', ''),
    said.card.replaceAll(' ', ''),
    platforms.seats.sms.user,
    platforms.seats.sms.user.slice(1),
    'Ana Torres',
    'Ada Palmer',
    'Ben Okafor',
    ...people.filter(({ id }) => id !== discord.bot.id).flatMap(({ id, aadObjectId }) => [id, aadObjectId ?? id]),
    ...secrets.map(([, secret]) => secret),
    visitor.token,
  ];
  expect(values.map((value) => [value, whereIs(value, atRest)]).filter(([, places]) => places?.length)).toEqual([]);
});

test('the search finds what does stand there, in plain, coded or as bytes', async () => {
  const keep = (name: string, value: string) =>
    app.store.query(`insert into setting (name, value) values ($1, $2)`, [name, value]);
  await keep('plain', `so ${said.question} there`);
  await keep('coded', Buffer.from(`{"a":"${said.answer}"}`).toString('base64'));
  await keep('address', encodeURIComponent(said.email));
  await app.store.query(`update conversation set summary = $1`, [Buffer.from(`so ${said.summary} there`)]);
  const atRest = await readAtRest(app);
  expect(whereIs(said.question, atRest)).toEqual(['public.setting.value']);
  expect(whereIs(said.answer, atRest)).toEqual(['public.setting.value']);
  expect(whereIs(said.email, atRest)).toEqual(['public.setting.value']);
  expect(whereIs(said.summary, atRest)).toEqual(['public.conversation.summary']);
});

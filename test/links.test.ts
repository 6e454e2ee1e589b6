import { afterEach, beforeEach, expect, test } from 'vitest';

import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let page: BarePlatform;
let phone: BarePlatform;
let desk: BarePlatform;
let app: TestApp;

beforeEach(async () => {
  page = createBarePlatform('page');
  phone = createBarePlatform('phone');
  desk = createBarePlatform('slack');
  app = await openTestApp({
    channels: [page.channel, phone.channel, desk.channel],
    settings: { desk: { channel: 'slack', room: 'desk' } },
  });
});
afterEach(() => app[Symbol.asyncDispose]());

/** The code that this person is given. */
const askForCode = async (platform: BarePlatform, id: string, person?: string): Promise<string> => {
  await platform.say(id, 'link channels', person);
  const { text } = await platform.sees((one) => /link ([A-Z2-9]{4}-[A-Z2-9]{4})/.test(one.text));
  return /link ([A-Z2-9-]{9})/.exec(text)?.[1] ?? '';
};

const link = async (): Promise<void> => {
  const code = await askForCode(page, 'ask');
  await phone.say('prove', `link ${code.toLowerCase()}`, '+15550100');
  await phone.sees(({ text }) => text.includes('linked with that of Ada on page'));
  await page.sees(({ text }) => text.includes('linked with that of +15550100 on phone'));
};

const texts = (platform: BarePlatform): string =>
  platform
    .shown()
    .map(({ text }) => text)
    .join('\n');

test('a case is continued on a linked channel: answered in both places, and spoken in from both', async () => {
  await link();
  await page.say('help', 'I want to talk to a human');
  await app.app.settled();
  await page.say('go', 'Please message me on phone when someone answers.');
  await page.sees(({ text }) => text.includes('goes on here and on phone'));

  const card = desk.shown().find(({ title }) => title)!;
  const thread = `thread ${card.id}`;
  await desk.say('claim', 'claim', 'Grace', thread);
  await desk.say('reply', 'It arrives on Monday.', 'Grace', thread);
  await phone.sees(({ text }) => text.includes('It arrives on Monday.'));
  await page.sees(({ text }) => text.includes('It arrives on Monday.'));

  await phone.say('thanks', 'Thank you from the road', '+15550100');
  await desk.sees(({ text }) => text.includes('(phone)') && text.includes('Thank you from the road'));

  await desk.tell({
    kind: 'edited',
    channel: 'slack',
    id: 'edit',
    of: 'reply',
    text: 'It arrives on Tuesday.',
    sentAt: new Date(),
  });
  await phone.sees(({ text }) => text.includes('Tuesday'));
  await app.app.settled();
  expect(texts(page)).not.toContain('Monday');

  // Afterwards each place is a conversation of its own again.
  await desk.say('end', 'resolve', 'Grace', thread);
  await phone.sees(({ text }) => text.includes('resolved'));
  await phone.say('new', 'When does the shop open?', '+15550100');
  await phone.sees(({ text }) => text.includes('You asked: When does the shop open?'));
  await app.app.settled();
  expect(texts(page)).not.toContain('When does the shop open?');
});

test('nothing of one conversation is known in the other by a link alone', async () => {
  await page.say('secret', 'My umbrella is called Walrus.');
  await link();
  await phone.say('q', 'What is the return policy?', '+15550100');
  await app.app.settled();
  expect(JSON.stringify(app.model.requests.at(-1)!.messages)).not.toContain('Walrus');
});

test('a code is good once, for one other channel, and only where nobody else reads it', async () => {
  const code = await askForCode(page, 'ask');
  await page.say('same', `link ${code}`, 'Mallory');
  await page.sees(({ thread, text }) => thread === 'Mallory' && text.includes('not valid here'));
  await phone.say('first', `link ${code}`, '+15550100');
  await phone.sees(({ text }) => text.includes('linked with'));
  await phone.say('second', `link ${code}`, '+15550199');
  await phone.sees(({ thread, text }) => thread === '+15550199' && text.includes('not valid here'));
  await page.tell({
    ...page.from('Bob', 'room'),
    kind: 'message',
    id: 'room',
    text: 'link channels',
    setting: 'group',
    addressed: true,
  });
  await page.sees(({ text }) => text.includes('in a direct message'));
});

test('guessing comes to an end', async () => {
  for (let index = 0; index < 6; index += 1) await phone.say(`guess ${index}`, `link AAAA-BBB${'CDEFGH'[index]}`);
  await phone.sees(({ text }) => text.includes('That was a lot at once'));
  await app.app.settled();
  expect(phone.shown().filter(({ text }) => text.includes('not valid here')).length).toBeLessThanOrEqual(5);
});

test('whoever takes the link back is not answered there any more, and that there was one stays on record', async () => {
  await link();
  await page.say('help', 'I want to talk to a human');
  await page.say('go', 'message me on phone when someone answers');
  await page.sees(({ text }) => text.includes('goes on here and on phone'));
  await phone.say('undo', 'unlink channels', '+15550100');
  // While a case goes on there, what is said there is said in it; a command is one all the same.
  await phone.sees(({ text }) => text.includes('not linked any more'));
  const card = desk.shown().find(({ title }) => title)!;
  await desk.say('claim', 'claim', 'Grace', `thread ${card.id}`);
  await page.sees(({ text }) => text.includes('now talking with Grace'));
  await app.app.settled();
  expect(texts(phone)).not.toContain('Grace');
  const [row] = await app.store.query<{ proven: boolean; undone: boolean }>(
    `select proven_at is not null as proven, undone_at is not null as undone from link`,
  );
  expect(row).toEqual({ proven: true, undone: true });
});

test('who asks not to be written to on the other channel is not, and no case goes on there', async () => {
  await link();
  await page.say('help', 'I want to talk to a human');
  await page.say('go', 'message me on phone when someone answers');
  await page.sees(({ text }) => text.includes('goes on here and on phone'));
  await phone.tell({ ...phone.from('+15550100', '+15550100'), kind: 'consent', id: 'stop', given: false, how: 'STOP' });
  const card = desk.shown().find(({ title }) => title)!;
  await desk.say('claim', 'claim', 'Grace', `thread ${card.id}`);
  await page.sees(({ text }) => text.includes('now talking with Grace'));
  await page.say('again', 'message me on phone when someone answers');
  await page.sees(({ text }) => text.includes('no linked channel'));
  await app.app.settled();
  expect(texts(phone)).not.toContain('Grace');
});

test('without a linked channel, the way to one is told', async () => {
  await page.say('help', 'I want to talk to a human');
  await page.say('go', 'text me when someone answers');
  await page.sees(({ text }) => text.includes('no linked channel'));
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, InboundEvent, OutboundMessage, SentMessage, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { FaultRule } from '#lab/faults/script.ts';
import { openTeamsLab, type TeamsLab } from '#lab/teams/server.ts';
import { createMemoryShelf } from '#test/support/memory-shelf.ts';
import { createTeamsChannel } from './channel.ts';
import { toThreadKey } from './keys.ts';

const ids = { appId: '11111111-2222-3333-4444-555555555555', appPassword: 'secret', tenantId: 'tenant-1' };
/** Waiting takes no time; it only moves the hand. Both sides of the wire look at it. */
let time: number;
let waited: number[];
const clock: Clock = {
  now: () => new Date(time),
  wait: async (delayMs) => {
    waited.push(delayMs);
    time += delayMs;
  },
};
const later = (delayMs = 2000) => void (time += delayMs);
let lab: TeamsLab;
let channel: Channel;
let room: string;
let thread: ThreadKey;

const openChannel = (): Channel =>
  createTeamsChannel(
    {
      ...ids,
      openIdMetadataUrl: lab.openIdMetadataUrl,
      loginUrl: lab.loginUrl,
      issuer: lab.issuer,
      serviceUrls: [lab.serviceUrl],
    },
    clock,
  );

beforeEach(async () => {
  time = Date.now();
  waited = [];
  lab = await openTeamsLab({ ...ids, now: () => time });
  channel = openChannel();
  room = await lab.addRoom({ type: 'personal', members: [lab.addUser({ name: 'Ada Person' }).id] });
  thread = toThreadKey({ kind: 'personal', conversation: room });
});
afterEach(() => lab.close());

const texts = (of = room) => lab.pane.view(of).messages.map((message) => message.text);
const activity = () =>
  (lab.state() as { rooms: { id: string; messages: { activity: Record<string, unknown> }[] }[] }).rooms.find(
    ({ id }) => id === room,
  )!.messages[0]!.activity;
/** Only what is stored between two processes. */
const stored = (sent: SentMessage): SentMessage => JSON.parse(JSON.stringify(sent)) as SentMessage;

/** As delivery does it: what has a place beforehand is edited into it, and the rest is sent. */
async function show(message: OutboundMessage, key: string, on = channel, at = thread): Promise<SentMessage> {
  const reserved = await on.reserve!(at, message, key);
  if (!reserved) return on.send(at, message, key);
  await on.edit!(reserved, message);
  return reserved;
}

async function begin(text = 'Returns are free.'): Promise<SentMessage> {
  const sent = await show({ text, partial: true }, 'turn:1');
  expect(texts()).toEqual([text]);
  later();
  return sent;
}

const whole = {
  text: 'Returns are free. Within 45 days [1].',
  by: 'assistant',
  asksFeedback: true,
  suggestions: ['Can I return a gift?'],
  citations: [{ number: 1, title: 'Returns', url: 'https://help.example/returns' }],
  actions: [{ id: 'human', label: 'Ask a human' }],
} satisfies OutboundMessage;
const wholeShown = `${whole.text}\n\n[1] [Returns](<https://help.example/returns>)`;

test('an answer grows as one stream and ends with its label, sources, buttons and thumbs', async () => {
  const sent = (await channel.reserve!(thread, { text: 'Returns are free.', partial: true }, 'turn:1'))!;
  expect(texts()).toEqual([]);
  expect(lab.pane.view(room).typing).toBe('Looking that up…');
  await channel.edit!(sent, { text: 'Returns are free.', partial: true });
  expect(texts()).toEqual(['Returns are free.']);
  later();
  await channel.edit!(sent, { text: 'Returns are free. Within 45 days [1].', partial: true });
  expect(texts()).toEqual(['Returns are free. Within 45 days [1].']);
  expect(activity()).toMatchObject({ entities: [{ type: 'streaminfo', streamSequence: 3, streamType: 'streaming' }] });
  later();
  const calls = lab.calls();
  await channel.edit!(sent, whole);
  expect(lab.calls()).toBe(calls + 1);
  expect(lab.pane.view(room).messages).toMatchObject([{ text: wholeShown, edited: false, actions: [{ id: 'human' }] }]);
  expect(activity()).toMatchObject({
    type: 'message',
    channelData: { feedbackLoop: { type: 'default' } },
    suggestedActions: { actions: [{ type: 'imBack', value: 'Can I return a gift?' }] },
    entities: [
      { type: 'streaminfo', streamType: 'final' },
      { type: 'https://schema.org/Message', additionalType: ['AIGeneratedContent'], citation: [{ position: 1 }] },
    ],
  });
  await channel.edit!(sent, { text: 'Forty-five days.' });
  expect(lab.pane.view(room).messages).toMatchObject([{ text: 'Forty-five days.', edited: true }]);
});

test('typing shows the line at once, and the words then come without waiting', async () => {
  await channel.showTyping!(thread, 'writing');
  expect(lab.pane.view(room).typing).toBe('Looking that up…');
  later();
  const sent = await begin();
  expect(waited).toEqual([]);
  await channel.showTyping!(thread, 'writing');
  await channel.edit!(sent, whole);
  expect(texts()).toEqual([wholeShown]);
});

test('a line that was stopped while nothing came is begun anew', async () => {
  await channel.showTyping!(thread, 'writing');
  lab.stopStream(room);
  later(6000);
  await channel.showTyping!(thread, 'writing');
  expect(lab.pane.view(room).typing).toBe('Looking that up…');
  await channel.edit!(await begin(), whole);
  expect(texts()).toEqual([wholeShown]);
});

test('trap 18: no two requests of a stream are closer than the pace, however fast the words come', async () => {
  const sent = await show({ text: 'One.', partial: true }, 'turn:1');
  for (const text of ['One. Two.', 'One. Two. Three.', 'One. Two. Three. Four.'])
    await channel.edit!(sent, { text, partial: true });
  await channel.edit!(sent, { text: 'One. Two. Three. Four. Five.' });
  // The lab refuses what comes within a second.
  expect(texts()).toEqual(['One. Two. Three. Four. Five.']);
  expect(waited).not.toEqual([]);
});

test.each([
  ['other words', 'Returns cost money.', 'Returns cost money. Sorry.'],
  ['fewer words', 'Returns', 'Returns.'],
])('%s than those shown are held back, and come with the end', async (_name, partial, end) => {
  const sent = await begin();
  const calls = lab.calls();
  await channel.edit!(sent, { text: partial, partial: true });
  expect(lab.calls()).toBe(calls);
  await channel.edit!(sent, { text: end });
  expect(lab.pane.view(room).messages).toMatchObject([{ text: end }]);
  // The stream has ended by the rules: there is room for the next one.
  channel = openChannel();
  await channel.showTyping!(thread, 'writing');
  expect(lab.pane.view(room).typing).toBe('Looking that up…');
});

test('what is shown already is not sent again', async () => {
  const sent = await begin();
  const calls = lab.calls();
  await channel.edit!(sent, { text: 'Returns are free.', partial: true });
  expect(lab.calls()).toBe(calls);
});

test('a short answer is not shown in two steps', async () => {
  await channel.showTyping!(thread, 'writing');
  const calls = lab.calls();
  const sent = (await channel.reserve!(thread, { text: 'Returns are free.', partial: true }, 'turn:1'))!;
  const grown = channel.edit!(sent, { text: 'Returns are free.', partial: true });
  await Promise.all([grown, channel.edit!(sent, whole)]);
  expect(lab.calls()).toBe(calls + 1);
  expect(texts()).toEqual([wholeShown]);
});

test.each([
  ['a heading', 'Yes.\n\n# Is it free?', '# Is it free? Yes.\n\nIt is.'],
  ['a table', 'Yes.\n\n| Plan | Price |', '| Plan | Price |\n|---|---|\n| Pro | 9 |'],
  ['a fence closed for looks', 'Yes.\n\n```\nnpm\n```', '```\nnpm install\n```'],
])('%s that may still change is not shown before it is sure', async (_name, partial, end) => {
  const sent = await show({ text: partial, partial: true }, 'turn:1');
  await expect.poll(() => texts()[0]).toMatch(/^Yes\./);
  later();
  await channel.edit!(sent, { text: `Yes.\n\n${end}\n\nDone.`, partial: true });
  expect(texts()[0]).toMatch(/Done\.$/);
});

test('trap 20: before two minutes are over the stream ends, and the same message goes on by updates', async () => {
  const sent = await begin();
  later(103_000);
  await channel.edit!(sent, { text: 'Returns are free. Still', partial: true });
  expect(activity()).toMatchObject({ type: 'message', entities: [{ streamType: 'final' }] });
  later(1000);
  await channel.edit!(sent, { text: 'Returns are free. Still here.', partial: true });
  expect(texts()).toEqual(['Returns are free. Still']);
  later(20_000);
  await channel.edit!(sent, { text: 'Returns are free. Still here. And on.', partial: true });
  expect(lab.pane.view(room).messages).toMatchObject([{ text: 'Returns are free. Still here. And on.', edited: true }]);
  await channel.edit!(sent, whole);
  expect(texts()).toEqual([wholeShown]);
});

test('a stream that ran out of time while the model was silent goes on by updates', async () => {
  const sent = await begin();
  later(130_000);
  await channel.edit!(sent, { text: 'Returns are free. Late.', partial: true }).catch(() => undefined);
  later(5000);
  await channel.edit!(sent, { text: 'Returns are free. Late.', partial: true });
  expect(texts()).toEqual(['Returns are free. Late.']);
  await channel.edit!(sent, whole);
  expect(texts()).toEqual([wholeShown]);
});

test('a stop is told once, where the person in the chat is known', async () => {
  const told: (InboundEvent | null)[] = [];
  await channel.start(async (event) => void told.push(event));
  const sent = await begin();
  lab.stopStream(room);
  const grow = () => channel.edit!(sent, { text: whole.text, partial: true });
  await expect(grow()).rejects.toMatchObject({ code: 'stream_cancelled' });
  expect(told).toEqual([]);
  const activity = {
    type: 'message',
    id: '1',
    text: 'Hi',
    channelId: 'msteams',
    serviceUrl: lab.serviceUrl,
    conversation: { id: room, conversationType: 'personal', tenantId: ids.tenantId },
    from: { id: '29:1ada', name: 'Ada' },
    recipient: { id: `28:${ids.appId}` },
  };
  const headers = { authorization: `Bearer ${await lab.token()}` };
  await channel.webhook!(
    new Request('http://x/channels/teams/messages', { method: 'POST', headers, body: JSON.stringify(activity) }),
  );
  later(130_000);
  const next = await show({ text: 'Yes.', partial: true }, 'turn:2');
  lab.stopStream(room);
  later();
  const growNext = () => channel.edit!(next, { text: 'Yes. It is.', partial: true });
  await expect(growNext()).rejects.toMatchObject({ code: 'stream_cancelled' });
  await expect(growNext()).rejects.toMatchObject({ code: 'stream_cancelled' });
  expect(told.slice(1)).toMatchObject([{ kind: 'stopped', thread, sender: { id: '29:1ada' } }]);
});

test('when the reader stops the stream nothing more is written, and its end is no failure', async () => {
  const sent = await begin();
  lab.stopStream(room);
  await expect(channel.edit!(sent, { text: whole.text, partial: true })).rejects.toMatchObject({
    name: 'ChannelError',
    reason: 'refused',
    code: 'stream_cancelled',
  });
  const calls = lab.calls();
  await channel.edit!(sent, whole);
  expect(lab.calls()).toBe(calls);
  await openChannel().edit!(stored(sent), whole);
  expect(texts()).toEqual(['Returns are free.']);
  channel = openChannel();
  later();
  await show({ text: 'Anything else?' }, 'turn:2');
  expect(texts()).toEqual(['Returns are free.', 'Anything else?']);
});

describe('another process', () => {
  test('ends a stream with the whole message', async () => {
    const sent = stored(await begin());
    channel = openChannel();
    await channel.edit!(sent, { text: 'Returns are', partial: true });
    await channel.edit!(sent, whole);
    expect(lab.pane.view(room).messages).toMatchObject([{ text: wholeShown, edited: false }]);
  });

  test('ends a stream whose words it makes anew', async () => {
    const sent = stored(await begin());
    channel = openChannel();
    await channel.edit!(sent, { text: 'All returns are free.' });
    expect(texts()).toEqual(['All returns are free.']);
  });

  test('waits where a stream with other words cannot be written over yet', async () => {
    const sent = stored(await begin());
    channel = openChannel();
    lab.failNext({ status: 400 }, { status: 400 });
    const edit = () => channel.edit!(sent, { text: 'All returns are free.' });
    await expect(edit()).rejects.toMatchObject({ reason: 'rate_limited', code: 'stream_open' });
    later(130_000);
    lab.failNext({ status: 400 });
    await expect(edit()).rejects.toMatchObject({ reason: 'refused' });
    await edit();
    expect(texts()).toEqual(['All returns are free.']);
  });

  test.each([
    ['was ended already', (sent: SentMessage) => channel.edit!(sent, { text: 'Returns are free. Not yet whole.' })],
    ['ran out of time', async () => later(130_000)],
  ])('writes over a stream that %s', async (_name, before) => {
    const sent = stored(await begin());
    await before(sent);
    await openChannel().edit!(sent, whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('posts the message when the stream is gone without a word, once for every try', async () => {
    const sent = await show({ text: '# Nothing to see yet', partial: true }, 'turn:1');
    later(130_000);
    channel = openChannel();
    await channel.edit!(stored(sent), whole);
    await channel.edit!(stored(sent), whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('lets what was begun before be shown first', async () => {
    const sent = await begin();
    const other = openChannel();
    const grow = () => show({ text: 'Yes.', partial: true }, 'turn:2', other);
    await expect(grow()).rejects.toMatchObject({ reason: 'rate_limited', code: 'stream_busy' });
    await channel.edit!(sent, whole);
    await grow();
    expect(texts()).toEqual([wholeShown, 'Yes.']);
  });

  test('posts a whole answer while a stream that nobody knows is still running', async () => {
    await channel.showTyping!(thread, 'writing');
    await show(whole, 'turn:1', openChannel());
    expect(texts()).toEqual([wholeShown]);
  });

  test('whose stream is in the way is asked once, where posts do as well', async () => {
    await begin();
    const other = openChannel();
    await other.showTyping!(thread, 'writing');
    const before = lab.calls();
    await show({ text: 'One.' }, 'case:1', other);
    await show({ text: 'Two.' }, 'case:2', other);
    await other.showTyping!(thread, 'writing');
    // Two posts and a typing sign.
    expect(lab.calls() - before).toBe(3);
    expect(texts().slice(-2)).toEqual(['One.', 'Two.']);
  });

  test('that has ended a stream leaves room for the next, also for the one that began it', async () => {
    const sent = await begin();
    await openChannel().edit!(stored(sent), whole);
    await channel.showTyping!(thread, 'writing');
    expect(lab.pane.view(room).typing).toBe('Looking that up…');
    await show({ text: 'Yes.', partial: true }, 'turn:2');
    expect(texts()).toEqual([wholeShown, 'Yes.']);
  });
});

const faults: readonly [string, Partial<FaultRule>][] = [
  ['error', { status: 503 }],
  ['error', { status: 412 }],
  ['cut', {}],
  ['applied_then_error', { status: 502 }],
  ['applied_then_cut', {}],
  ['rate_limit', {}],
];
const breakCall = (after: number, [fault, more]: (typeof faults)[number]) =>
  lab.setFaults([
    { server: 'teams', method: 'POST conversations/*/activities', fault, after, times: 1, ...more } as FaultRule,
  ]);

describe.each(faults)('with %s %j', (...fault) => {
  /** As delivery does it: what failed without having been shown is tried again, and so is an edit without a known end. */
  const again = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      expect(error).toMatchObject({ name: 'ChannelError' });
      later();
      return act();
    }
  };

  test('at its start an answer is shown once', async () => {
    breakCall(0, fault);
    const send = () => show({ text: 'Returns are free.', partial: true }, 'turn:1');
    await expect(send()).rejects.toMatchObject({ reason: 'rate_limited' });
    expect(texts()).toEqual([]);
    later();
    if (fault[0].startsWith('applied')) {
      // A line that nobody can end is in the way: the answer comes whole.
      await expect(send()).rejects.toMatchObject({ code: 'stream_busy' });
      await show(whole, 'turn:1');
    } else {
      const sent = await send();
      await channel.edit!(sent, whole);
    }
    expect(texts()).toEqual([wholeShown]);
  });

  test('at its start a whole message is shown once', async () => {
    breakCall(0, fault);
    const send = () => show(whole, 'turn:1');
    await expect(send()).rejects.toMatchObject({ reason: 'rate_limited' });
    later();
    await send();
    expect(texts()).toEqual([wholeShown]);
  });

  test('at a chunk an answer is shown once', async () => {
    const sent = await begin();
    breakCall(0, fault);
    const grow = (text: string) => channel.edit!(sent, { text, partial: true });
    await expect(grow('Returns are free. Within')).rejects.toMatchObject({ reason: 'rate_limited' });
    later();
    await grow('Returns are free. Within');
    expect(texts()).toEqual(['Returns are free. Within']);
    later();
    await channel.edit!(sent, whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('at the first chunk an answer is shown once', async () => {
    const first = { text: 'Returns are free.', partial: true };
    const sent = (await channel.reserve!(thread, first, 'turn:1'))!;
    breakCall(0, fault);
    await expect(channel.edit!(sent, first)).rejects.toMatchObject({ reason: 'rate_limited' });
    later();
    await channel.edit!(sent, whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('at its end an answer is shown once', async () => {
    const sent = await begin();
    breakCall(0, fault);
    await again(() => channel.edit!(sent, whole));
    expect(texts()).toEqual([wholeShown]);
  });

  test('at its end an answer is shown once, when another process tries again', async () => {
    const sent = await begin();
    breakCall(0, fault);
    await expect(channel.edit!(sent, whole)).rejects.toMatchObject({ name: 'ChannelError' });
    later();
    await openChannel().edit!(stored(sent), whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('at its end a whole message is shown once', async () => {
    const sent = (await channel.reserve!(thread, whole, 'turn:1'))!;
    breakCall(0, fault);
    await expect(channel.edit!(sent, whole)).rejects.toMatchObject({ name: 'ChannelError' });
    later();
    await openChannel().edit!(stored(sent), whole);
    expect(texts()).toEqual([wholeShown]);
  });

  test('a post in a group chat is sent once', async () => {
    const group = await lab.addRoom({ type: 'groupChat', members: [lab.addUser({ name: 'Ben' }).id] });
    const key = toThreadKey({ kind: 'groupChat', conversation: group });
    breakCall(0, fault);
    await expect(channel.send(key, { text: 'Once' }, 'turn:1')).rejects.toMatchObject({
      reason: fault[0] === 'rate_limit' ? 'rate_limited' : 'ambiguous',
    });
    expect(texts(group)).toEqual(fault[0].startsWith('applied') ? ['Once'] : []);
  });
});

test('where no stream is allowed an answer is posted and updated', async () => {
  lab.failNext({ status: 400, code: 'BadArgument' });
  const sent = await show({ text: 'Returns are free.', partial: true }, 'turn:1');
  await channel.edit!(sent, { text: 'Returns are free. Within', partial: true });
  await channel.edit!(sent, whole);
  expect(lab.pane.view(room).messages).toMatchObject([{ text: wholeShown, edited: true }]);
});

test('a message that comes while an answer grows is posted beside it', async () => {
  const sent = await begin();
  await show({ text: 'Ana is here.' }, 'case:1');
  await channel.edit!(sent, whole);
  expect(texts()).toEqual([wholeShown, 'Ana is here.']);
});

test('words that meet the Stop button are posted: it was not for them', async () => {
  await channel.showTyping!(thread, 'writing');
  lab.stopStream(room);
  later();
  await show({ text: 'Ana is here.' }, 'case:1');
  expect(texts()).toEqual(['Ana is here.']);
});

test.each(['groupChat', 'channel'] as const)('in a %s an answer is posted and updated', async (kind) => {
  const place = await lab.addRoom({ type: kind, members: [lab.addUser({ name: 'Ben' }).id] });
  const key = toThreadKey({ kind, conversation: place });
  const sent = await show({ text: 'Returns are free.', partial: true }, 'turn:1', channel, key);
  expect(texts(place)).toEqual(['Returns are free.']);
  await channel.edit!(sent, { text: 'Other words.', partial: true });
  await channel.edit!(sent, whole);
  expect(lab.pane.view(place).messages).toMatchObject([{ text: wholeShown, edited: true }]);
});

test('trap 25: a chat is written to where its tenant last spoke from, also by a process that has not heard from it', async () => {
  const open = () =>
    createTeamsChannel(
      { ...ids, loginUrl: lab.loginUrl, serviceUrls: ['http://127.0.0.1:1/teams/', lab.serviceUrl] },
      clock,
    );
  const elsewhere = open();
  await elsewhere.start(async () => undefined, createMemoryShelf([['service-url', lab.serviceUrl]]));
  const sent = await show({ text: 'Returns are free.', partial: true }, 'turn:1', elsewhere);
  await elsewhere.edit!(stored(sent), whole);
  expect(texts()).toEqual([wholeShown]);
  const key = JSON.stringify({ kind: 'personal', conversation: room, serviceUrl: lab.serviceUrl }) as ThreadKey;
  await show({ text: 'Kept from before.' }, 'turn:2', open(), key);
  expect(texts()).toEqual([wholeShown, 'Kept from before.']);
});

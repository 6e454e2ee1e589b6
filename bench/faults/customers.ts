import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from './ledger.ts';
import type { Random } from '../random.ts';
import { channelNames, type ChannelName, type OpenRoom } from './rooms.ts';

export interface Round {
  readonly thinkMs: number;
  /** Written one after the other, with a pause before each but the first. */
  readonly messages: readonly { readonly number: string; readonly text: string; readonly pauseMs: number }[];
  /** Reads the answer before going on. */
  readonly waits: boolean;
}

export interface Plan {
  readonly name: string;
  readonly channel: ChannelName;
  readonly index: number;
  readonly rounds: readonly Round[];
}

/** How the rounds are shared: a text message leaves one number at one segment a second, so there are fewer of them. */
const shares: Readonly<Record<ChannelName, number>> = { slack: 0.24, teams: 0.24, discord: 0.2, sms: 0.1, web: 0.22 };
const letters: Readonly<Record<ChannelName, string>> = { slack: 's', teams: 't', discord: 'd', sms: 'm', web: 'w' };
const roundsMin = 4;
const roundsMax = 12;

const questions = [
  'Where is my parcel?',
  'How long can I keep the tent before I return it?',
  'Which lamp fits the kettle?',
  'What does the voucher cost?\n\nI could not find it on the page.',
  'Can the boots be washed, and if so how warm, and how often, and with what?',
] as const;

const planRound = (random: Random, name: string, first: number): Round => {
  const count = random.chance(0.2) ? random.between(2, 4) : 1;
  const messages = Array.from({ length: count }, (_, index) => {
    const number = `#${name}-${first + index}`;
    return { number, text: `${number} ${random.pick(questions)}`, pauseMs: index === 0 ? 0 : random.between(0, 1500) };
  });
  return { thinkMs: random.between(100, 2500), messages, waits: random.chance(0.75) };
};

const planCustomer = (random: Random, channel: ChannelName, index: number, count: number): Plan => {
  const name = `${letters[channel]}${index}`;
  const rounds: Round[] = [];
  let first = 1;
  while (rounds.length < count) {
    const round = planRound(random, name, first);
    first += round.messages.length;
    rounds.push(round);
  }
  return { name, channel, index, rounds };
};

/** Who says what and when: `turns` rounds over all channels, in many conversations, mixed. */
export const planCustomers = (random: Random, turns: number): Plan[] => {
  const plans: (Plan & { readonly order: number })[] = [];
  let index = 0;
  for (const channel of channelNames) {
    let left = Math.max(1, Math.round(turns * shares[channel]));
    while (left > 0) {
      const own = random.fork(`customer ${index}`);
      const count = Math.min(left, own.between(roundsMin, roundsMax));
      plans.push({ ...planCustomer(own, channel, index, count), order: own.next() });
      left -= count;
      index += 1;
    }
  }
  return plans.toSorted((a, b) => a.order - b.order);
};

/** Lives a customer's part: waits for answers no longer than their patience. `onRound` hears of each round that was said. */
export const play = async (
  { name, channel, index, rounds }: Plan,
  openRoom: OpenRoom,
  ledger: Ledger,
  patienceMs: number,
  onRound: () => void,
): Promise<void> => {
  const room = await openRoom(channel, index);
  const customer = ledger.enter({ name, channel, room });
  for (const { thinkMs, messages, waits } of rounds) {
    await sleep(thinkMs);
    for (const { number, text, pauseMs } of messages) {
      await sleep(pauseMs);
      ledger.say(customer, number);
      await room.say(text);
    }
    onRound();
    if (waits)
      await ledger.settled(
        messages.map((message) => message.number),
        patienceMs,
      );
  }
  await ledger.settled(
    customer.said.map((one) => one.number),
    patienceMs,
  );
};

import { expect } from 'vitest';

import type { Platforms } from '#lab/platforms.ts';

import { createWire } from './wire.ts';

type Deliver = (platforms: Platforms, url: string, text: string) => Promise<void>;

const accepted = async (sending: Promise<Response>): Promise<void> => expect((await sending).status).toBe(200);

/** The same message of the seat's customer three times: twice at once, and later again, as the platform repeats it. */
export const deliverAgain: Readonly<Record<'slack' | 'teams' | 'discord' | 'sms', Deliver>> = {
  slack: async (platforms, url, text) => {
    const wire = createWire(platforms, url);
    const body = JSON.stringify(wire.made.slack(text));
    await Promise.all([accepted(wire.slack(body)), accepted(wire.slack(body))]);
    await accepted(wire.slack(body, { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } }));
  },
  teams: async (platforms, url, text) => {
    const wire = createWire(platforms, url);
    const body = JSON.stringify(wire.made.teams(text));
    await Promise.all([accepted(wire.teams(body)), accepted(wire.teams(body))]);
    await accepted(wire.teams(body));
  },
  discord: async (platforms, url, text) => {
    const wire = createWire(platforms, url);
    const { servers } = platforms;
    const first = servers.discord.state() as { messages: { id: string }[] };
    const id = String(BigInt(first.messages.at(-1)?.id ?? servers.discord.guildId) + 1n);
    const dispatch = wire.made.discord(text, id);
    for (let times = 0; times < 3; times += 1) servers.discord.deliver(dispatch);
  },
  sms: async (platforms, url, text) => {
    const wire = createWire(platforms, url);
    const form = wire.made.sms(text);
    await Promise.all([accepted(wire.sms(form)), accepted(wire.sms(form))]);
    await accepted(wire.sms(form, { headers: { 'i-twilio-idempotency-token': 'again' } }));
  },
};

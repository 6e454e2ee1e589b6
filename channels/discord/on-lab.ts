/* oxlint-disable no-restricted-imports -- only tests import this */
import { expect } from 'vitest';
import type { Shelf, Channel, InboundEvent, InboundMessage, Receive } from '#core/channel.ts';
import { openDiscordLab, type DiscordLab, type DiscordLabOptions } from '#lab/discord/server.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { createDiscordChannel } from './channel.ts';

/** The channel at a platform in a box, with a person, a room and a direct chat. */
export interface OnLab extends AsyncDisposable {
  readonly lab: DiscordLab;
  /** Of the process that runs now. */
  readonly channel: Channel;
  /** What came in; null is an event that is not for us. */
  readonly events: (InboundEvent | null)[];
  /** Takes each event in; keeps it, unless a test says otherwise. */
  receive: Receive;
  readonly ada: string;
  readonly room: string;
  readonly direct: string;
  /** Begins a process: only what the shelf holds is left of one before. */
  start(): Promise<void>;
  messages(): InboundMessage[];
  /** Ada writes. */
  say(room: string, text: string, thread?: string): Promise<string>;
  /** Ada writes, and it came in. */
  heard(room: string, text: string, thread?: string): Promise<InboundMessage>;
  shown(room: string): readonly PaneMessage[];
  /** How often each fault has struck. */
  faults(): Readonly<Record<string, number>>;
}

/** Limits are off unless told; the first process is not started. */
export async function openOnLab(options: Partial<DiscordLabOptions> = {}, shelf?: Shelf): Promise<OnLab> {
  const lab = await openDiscordLab({ token: 'token', rateLimits: 'off', ...options });
  const create = () => createDiscordChannel({ token: 'token', apiUrl: lab.url });
  const ada = lab.addUser({ name: 'Ada' }).id;
  const events: (InboundEvent | null)[] = [];
  let channel = create();
  const on: OnLab = {
    lab,
    get channel() {
      return channel;
    },
    events,
    receive: async (event) => void events.push(event),
    ada,
    room: lab.addRoom({ type: 'text', name: 'help' }),
    direct: lab.addRoom({ type: 'direct', user: ada }),
    async start() {
      channel = create();
      await channel.start((event) => on.receive(event), shelf);
    },
    messages: () => events.filter((event): event is InboundMessage => event?.kind === 'message'),
    say: (room, text, thread) => lab.pane.say({ room, user: ada, text, ...(thread ? { thread } : {}) }),
    async heard(room, text, thread) {
      const before = on.messages().length;
      await on.say(room, text, thread);
      await expect.poll(() => on.messages().length).toBe(before + 1);
      return on.messages().at(-1)!;
    },
    shown: (room) => lab.pane.view(room).messages,
    faults: () => (lab.state() as { faults: Record<string, number> }).faults,
    async [Symbol.asyncDispose]() {
      await channel.stop();
      await lab.close();
    },
  };
  return on;
}

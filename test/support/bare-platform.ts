import type {
  Channel,
  InboundEvent,
  OutboundMessage,
  Receive,
  SentKey,
  SentMessage,
  ThreadKey,
} from '#core/channel.ts';

import { until } from './until.ts';

export interface Shown extends OutboundMessage {
  readonly id: SentKey;
  readonly thread: ThreadKey;
}

/**
 * A platform with nothing of its own: it keeps what was shown, and tells whatever a test has it tell. For what every platform has
 * in common; each one's own ways are tried against the lab.
 */
export const createBarePlatform = (name: string, { edits = true } = {}) => {
  let receive: Receive = async () => undefined;
  let count = 0;
  const shown = new Map<SentKey, Shown>();
  const watchers = new Set<() => void>();
  const typing: string[] = [];
  const show = (id: SentKey, thread: ThreadKey, message: OutboundMessage): void => {
    shown.set(id, { ...message, id, thread });
    for (const look of watchers) look();
  };
  const channel: Channel = {
    name,
    limits: { editIntervalMs: 0 },
    start: async (given) => void (receive = given),
    stop: async () => undefined,
    send: async (thread, message) => {
      const id = `${name}-${(count += 1)}` as SentKey;
      show(id, thread, message);
      // A message in a room begins a thread of its own.
      return { message: id, thread: thread.startsWith('room ') ? (`thread ${id}` as ThreadKey) : thread };
    },
    ...(edits
      ? { edit: async ({ message, thread }: SentMessage, changed: OutboundMessage) => show(message, thread, changed) }
      : {}),
    showTyping: async (_, doing) => void typing.push(doing),
    room: (id) => `room ${id}` as ThreadKey,
    fits: () => true,
  };
  const from = (person: string, thread: string) => ({
    channel: name,
    thread: thread as ThreadKey,
    sender: { id: `id of ${person}`, organization: 'home', displayName: person },
    sentAt: new Date(),
  });
  return {
    channel,
    typing,
    /** What can be seen now, in the order it began. */
    shown: (): readonly Shown[] => [...shown.values()],
    tell: (event: InboundEvent): Promise<void> => receive(event),
    from,
    say: (id: string, text: string, person = 'Ada', thread = person): Promise<void> =>
      receive({ ...from(person, thread), kind: 'message', id, text, setting: 'direct', addressed: true }),
    sees: (accepts: (message: Shown) => boolean): Promise<Shown> =>
      until(
        () => [...shown.values()].find(accepts),
        (look) => {
          watchers.add(look);
          return () => watchers.delete(look);
        },
        () => [...shown.values()].map(({ text }) => text).join('\n---\n'),
      ),
  };
};

export type BarePlatform = ReturnType<typeof createBarePlatform>;

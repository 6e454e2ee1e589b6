import type { Channel, Receive, SentKey, ThreadKey } from '#core/channel.ts';

const thread = 'here' as ThreadKey;

/** A platform with one person and one thread that keeps nothing of its own but what was shown, in order. */
export const createEcho = () => {
  let receive: Receive = async () => undefined;
  const shown: string[] = [];
  const show = async ({ text }: { text: string }): Promise<void> => void shown.push(text);
  const channel: Channel = {
    name: 'echo',
    limits: { editIntervalMs: 0 },
    start: async (given) => void (receive = given),
    stop: async () => undefined,
    send: async (_, message) => {
      await show(message);
      return { message: 'one' as SentKey, thread };
    },
    edit: (_, message) => show(message),
    fits: () => true,
    budget: (_, call) => ({ scope: call, size: 100, refillPerMinute: 100 }),
  };
  const say = (id: string, text: string) =>
    receive({
      kind: 'message',
      channel: 'echo',
      id,
      thread,
      sender: { id: 'ada', organization: 'home', displayName: 'Ada' },
      sentAt: new Date(),
      text,
      setting: 'direct',
      addressed: true,
    });
  return { channel, shown, say };
};

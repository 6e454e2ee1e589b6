import { z } from 'zod';
import { snowflake, writtenTypes } from './receive.ts';

export interface ContentWatch {
  /** Looks at a MESSAGE_CREATE, whoever it is for. */
  see(payload: unknown): void;
  /** Set while the last message between people came without its words. */
  problem(): string | null;
}

const some = z.array(z.unknown()).min(1);
/** Of the fields that the message content intent opens. */
const seenSchema = z.object({
  guild_id: snowflake,
  type: z.number(),
  author: z.object({ bot: z.literal(false).optional() }),
  mentions: z.array(z.object({ id: snowflake })),
  webhook_id: z.undefined().optional(),
});
const contentSchema = z.union([
  z.object({ content: z.string().min(1) }),
  z.object({ attachments: some }),
  z.object({ embeds: some }),
  z.object({ components: some }),
  z.object({ sticker_items: some }),
  z.object({ message_snapshots: some }),
  z.object({ poll: z.looseObject({}) }),
]);

/**
 * Nobody can write a message of nothing, so one in a server that has neither words nor anything else was blanked: the message
 * content intent was taken away while the session went on. The platform closes only the next one with 4014.
 */
export function createContentWatch(selfId: () => string): ContentWatch {
  let isBlanked = false;
  return {
    see(payload) {
      const { data: seen } = seenSchema.safeParse(payload);
      if (!seen || !writtenTypes.has(seen.type)) return;
      // What mentions us comes whole in any case.
      if (seen.mentions.some(({ id }) => id === selfId())) return;
      isBlanked = !contentSchema.safeParse(payload).success;
    },
    problem: () => (isBlanked ? 'messages come without their words: the message content intent is switched off' : null),
  };
}

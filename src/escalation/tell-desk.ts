import { createHash } from 'node:crypto';

import type { Channel, ThreadKey } from '#core/channel.ts';
import { takeBudget } from '#store/budgets.ts';
import type { Store } from '#store/open.ts';

export interface TellDeskParts {
  readonly store: Store;
  readonly channel: Channel | undefined;
  readonly room: ThreadKey | undefined;
}

/** Each piece of news once an hour, however many processes see it. */
const onceAnHour = { size: 1, refillPerMinute: 1 / 60 };

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/**
 * Posts in the desk's room what is broken and what is mended. Not through the outbox: what is broken may be the database. False
 * when the room could not be told.
 */
export const createTellDesk =
  ({ store, channel, room }: TellDeskParts) =>
  async ({ broken, mended }: { readonly broken: readonly string[]; readonly mended: readonly string[] }) => {
    if (!channel || !room) return true;
    const key = createHash('sha256')
      .update(JSON.stringify([broken, mended]))
      .digest('base64url')
      .slice(0, 32);
    // Where even that cannot be noted, hearing it from two processes is better than from none.
    const waitMs = await takeBudget(store, { scope: `told:${key}`, ...onceAnHour }, 0).catch(() => 0);
    if (waitMs > 0) return true;
    const parts = [
      ...(broken.length > 0 ? [`**Something is broken.** Nothing that people wrote is lost.\n\n${list(broken)}`] : []),
      ...(mended.length > 0 ? [`**Mended:**\n\n${list(mended)}`] : []),
    ];
    return channel.send(room, { text: parts.join('\n\n') }, `told:${key}`).then(
      () => true,
      () => false,
    );
  };

import { createWebChannel, type WebJournal } from '#channels/web/channel.ts';
import type { WebMessage } from '#channels/web/render.ts';
import type { Channel, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { given } from '#core/given.ts';
import type { Vault } from '#core/sealed.ts';
import { findAtPlace } from '#store/conversations.ts';
import { putJournal, readJournal } from '#store/journal.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';

export interface OpenWebParts {
  readonly store: Store;
  readonly vault: Vault & { derive(name: string): Buffer };
  readonly clock: Clock;
  readonly config: Config;
}

/** The web channel's own platform is our database: what its readers see is kept under the conversation's key. */
export const openWebChannel = ({ store, vault, clock, config }: OpenWebParts): Channel => {
  const find = (thread: ThreadKey) => {
    const { visitor, organization = 'web' } = JSON.parse(thread) as { visitor: string; organization?: string };
    return findAtPlace(store, {
      organization,
      channel: 'web',
      handle: vault.index('handle', `web:${visitor}`),
      threadIndex: vault.index('thread', `web:${thread}`),
    });
  };
  const journal: WebJournal = {
    put: async (thread, message) => {
      const found = await find(thread);
      if (found) await putJournal(store, found, vault.unwrap(found.wrappedKey), message.id, JSON.stringify(message));
    },
    read: async (thread, after) => {
      const found = await find(thread);
      if (!found) return [];
      const rows = await readJournal(store, found, vault.unwrap(found.wrappedKey), after);
      return rows.map((row) => ({ sequence: row.sequence, message: JSON.parse(row.text) as WebMessage }));
    },
  };
  return createWebChannel({
    journal,
    config: config.web,
    secret: vault.derive('web sessions'),
    now: clock.now,
    connectionsPerPersonMax: config.limits.webConnectionsPerPersonMax,
    keptLengthMax: config.limits.keptLengthMax,
    ...given({ identitySecret: config.secrets.FIRSTLINE_WEB_IDENTITY_SECRET }),
  });
};

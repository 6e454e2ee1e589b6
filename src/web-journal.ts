import { createWebChannel, type WebJournal, type WebParts } from '#channels/web/channel.ts';
import type { WebMessage } from '#channels/web/render.ts';
import type { Channel, ThreadKey } from '#core/channel.ts';
import type { Vault } from '#core/sealed.ts';
import { findAtPlace } from '#store/conversations.ts';
import { putJournal, readJournal } from '#store/journal.ts';
import type { Store } from '#store/open.ts';

const webOrganization = 'web';

/** The web channel's own platform is our database: what its readers see is kept under the conversation's key. */
export const openWebChannel = ({
  store,
  vault,
  ...parts
}: Omit<WebParts, 'journal'> & { store: Store; vault: Vault }): Channel => {
  const find = (thread: ThreadKey) => {
    const { visitor } = JSON.parse(thread) as { visitor: string };
    return findAtPlace(store, {
      organization: webOrganization,
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
  return createWebChannel({ ...parts, journal });
};

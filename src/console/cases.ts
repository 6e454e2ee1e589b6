import type { Sender } from '#core/channel.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import { findListed, lastSaid, listCases, type ListedCase } from '#store/desk-cases.ts';
import type { Store } from '#store/open.ts';

import type { CaseRow, CaseView } from './browser/shapes.ts';

export interface CasesParts {
  readonly store: Store;
  readonly vault: Pick<Vault, 'unwrap'>;
  /** Personal data as it was written, where the conversation holds tokens for it. */
  readonly restore: (found: ListedCase, sealer: Sealer, text: string) => string;
  /** Cases of one list. */
  readonly listMax: number;
  /** Messages of one case. */
  readonly saidMax: number;
}

export interface Cases {
  list(isOpen: boolean): Promise<readonly CaseRow[]>;
  read(id: string): Promise<CaseView | null>;
  /** The channel of the desk that holds the case. */
  deskOf(id: string): Promise<string | null>;
}

/** Cases as agents read them outside of a chat platform. */
export const createCases = ({ store, vault, restore, listMax, saidMax }: CasesParts): Cases => {
  const toRow = (found: ListedCase): CaseRow => {
    const sealer = vault.unwrap(found.wrappedKey);
    const { displayName } = JSON.parse(sealer.open(found.profile, 'profile')) as Sender;
    return {
      id: found.id,
      state: found.state,
      customer: displayName,
      channel: found.channel,
      reason: found.reason,
      agent: found.claimedName && sealer.open(found.claimedName, 'agent'),
      openedAt: found.openedAt.toISOString(),
      claimedAt: found.claimedAt?.toISOString() ?? null,
      closedAt: found.closedAt?.toISOString() ?? null,
      score: found.score,
    };
  };
  return {
    list: async (isOpen) => (await listCases(store, isOpen, listMax)).map(toRow),
    read: async (id) => {
      const found = await findListed(store, id);
      if (!found) return null;
      const sealer = vault.unwrap(found.wrappedKey);
      const said = (await lastSaid(store, found, saidMax)).map(({ speaker, body, at }) => ({
        speaker,
        text: restore(found, sealer, sealer.open(body, 'message')),
        at: at.toISOString(),
      }));
      return { ...toRow(found), said };
    },
    deskOf: async (id) => (await findListed(store, id))?.deskChannel ?? null,
  };
};

import type { Sender, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { type OpeningHours, opensAt } from '#core/opening-hours.ts';
import type { Vault } from '#core/sealed.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';
import { putOutbox } from '#store/outbox.ts';
import { takeLateCases } from '#store/waits.ts';

import { cardKey } from './case-draft.ts';

export interface NudgeParts {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly vault: Pick<Vault, 'unwrap'>;
  readonly clock: Clock;
  readonly hours: OpeningHours;
  /** Milliseconds that a case may wait before agents are reminded of it; 0: they never are. */
  readonly afterMs: number;
  /** Who is called then, as the platform writes a mention; empty: nobody in particular. */
  readonly onCall: string;
}

/** Reminds agents, once and in its thread, of a case that nobody has claimed; not while the desk is closed. */
export const createNudge =
  ({ store, lanes, vault, clock, hours, afterMs, onCall }: NudgeParts) =>
  async (): Promise<void> => {
    if (afterMs === 0 || opensAt(clock.now(), hours)) return;
    await store.transaction(async (transaction) => {
      for (const late of await takeLateCases(transaction, afterMs)) {
        const sealer = vault.unwrap(late.wrappedKey);
        const { displayName } = JSON.parse(sealer.open(late.profile, 'profile')) as Sender;
        const minutes = Math.round(late.waitedMs / 60_000);
        const text = [onCall, `**${displayName} has waited for ${minutes} min**, and nobody has claimed the case.`];
        await putOutbox(transaction, {
          organization: late.organization,
          person: late.person,
          conversation: late.conversation,
          key: `${late.id}:late`,
          channel: late.channel,
          thread: sealer.seal('' as ThreadKey, 'thread'),
          body: sealer.seal(JSON.stringify({ text: text.filter(Boolean).join(' ') }), 'outbox'),
          follows: cardKey(late.id),
          state: 'due',
        });
        await lanes.wake(transaction, 'outbox', late.conversation);
      }
    });
  };

import { storeLinked } from '#conversation/inbox.ts';
import { createLinking, type Linking } from '#conversation/linking.ts';
import type { Vault } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';

export interface OpenLinkingParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly lanes: Lanes;
  readonly say: Say;
  readonly limits: Config['limits'];
}

/** Linking by codes; the place that gave a code is told, as an event of its own conversation, who brought it. */
export const openLinking = ({ store, vault, lanes, say, limits }: OpenLinkingParts): Linking =>
  createLinking({
    store,
    vault,
    say,
    codeValidMs: limits.linkCodeMs,
    tries: { perPerson: limits.linkTries, perOrganization: limits.perOrganization },
    tell: (place, by) =>
      storeLinked({ store, lanes }, place, vault.unwrap(place.wrappedKey), {
        turn: by.turn.id,
        channel: by.channel,
        sender: by.sender,
      }),
  });

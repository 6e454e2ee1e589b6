import type { Channel, ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import type { CaseDraft, Outgoing, Received } from '#core/turn.ts';
import { newestCase, openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';

import { cardKey } from './case-draft.ts';
import { isFromDesk } from './desk-messages.ts';

export interface UndeliveredParts {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly draft: (turn: Received, reason: string, speaker: string) => Promise<CaseDraft | null>;
}

const what: Readonly<Record<string, string>> = {
  failed: 'the platform refused it',
  undelivered: 'the platform took it and could not bring it to them',
  expired: 'it could not be sent in time, and was held back rather than sent late',
  withheld: 'they have asked not to be written to, and nothing is sent until they ask for it again',
  uncertain: 'it may or may not have arrived: the platform cannot tell',
};

/** Why, for people: `failed:unreachable:50007` becomes words and the platform's code. */
export const whyOf = (why: string, explain: (code: string) => string | null): string => {
  // What stands between is our own word for it, which says no more than the state does.
  const [state = '', , code = ''] = why.split(':');
  const meaning = explain(code);
  const words = [what[state] ?? 'it was given up', ...(meaning === null ? [] : [meaning])].join(': ');
  return code === '' ? words : `${words} (${code})`;
};

const quote = (text: string): string => text.replaceAll(/^/gm, '> ');

/** A message of ours did not arrive, or may not have: a person is told, in the open case or in a new one. */
export const createTellUndelivered =
  ({ store, channels, draft }: UndeliveredParts) =>
  async (
    turn: Received & { readonly sealer: Sealer },
    { key, why }: { readonly key: string; readonly why: string },
  ): Promise<{ readonly outgoing: readonly Outgoing[]; readonly opens: CaseDraft | null }> => {
    // What an agent said is told where they said it. The closing words of a case, too: they would open the next one for ever.
    const hadCase = isFromDesk(key) || why.startsWith('withheld');
    const { conversation } = turn.owner;
    const reason = whyOf(why, (code) => channels.get(turn.channel)?.explain?.(code) ?? null);
    const found = (await openCase(store, conversation)) ?? (hadCase ? await newestCase(store, conversation) : null);
    if (!found)
      return { outgoing: [], opens: await draft(turn, `a message did not arrive: ${reason}`, 'not delivered') };
    const note: Outgoing = {
      key: `${turn.turn.id}:undelivered`,
      channel: found.channel,
      thread: '' as ThreadKey,
      follows: cardKey(found.id),
      message: { text: `**This did not reach ${turn.sender.displayName}**: ${reason}.\n\n${quote(turn.text)}` },
    };
    return { outgoing: [note], opens: null };
  };

import type { ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import type { CaseDraft, Outgoing, Received } from '#core/turn.ts';
import { newestCase, openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';

import { cardKey } from './case-draft.ts';

export interface UndeliveredParts {
  readonly store: Store;
  readonly draft: (turn: Received, reason: string, speaker: string) => Promise<CaseDraft | null>;
}

const what: Readonly<Record<string, string>> = {
  failed: 'the platform refused it',
  expired: 'it could not be sent in time, and was held back rather than sent late',
  withheld: 'they have asked not to be written to, and nothing is sent until they ask for it again',
  uncertain: 'it may or may not have arrived: the platform cannot tell',
};

/** Why, for people: `failed:unreachable:50007` becomes words and the platform's code. */
export const whyOf = (why: string): string => {
  const [state = '', ...code] = why.split(':');
  return `${what[state] ?? 'it was given up'}${code.length > 0 ? ` (${code.join(' ')})` : ''}`;
};

const quote = (text: string): string => text.replaceAll(/^/gm, '> ');

/** A message of ours did not arrive, or may not have: a person is told, in the open case or in a new one. */
export const createTellUndelivered =
  ({ store, draft }: UndeliveredParts) =>
  async (
    turn: Received & { readonly sealer: Sealer },
    why: string,
  ): Promise<{ readonly outgoing: readonly Outgoing[]; readonly opens: CaseDraft | null }> => {
    // Who may not be written to gets no case for it again and again: the closing words of one would open the next.
    const isWithheld = why.startsWith('withheld');
    const { conversation } = turn.owner;
    const found = (await openCase(store, conversation)) ?? (isWithheld ? await newestCase(store, conversation) : null);
    if (!found)
      return { outgoing: [], opens: await draft(turn, `a message did not arrive: ${whyOf(why)}`, 'not delivered') };
    const note: Outgoing = {
      key: `${turn.turn.id}:undelivered`,
      channel: found.channel,
      thread: '' as ThreadKey,
      follows: cardKey(found.id),
      message: { text: `**This did not reach ${turn.sender.displayName}**: ${whyOf(why)}.\n\n${quote(turn.text)}` },
    };
    return { outgoing: [note], opens: null };
  };

import type { Citation, OutboundMessage, ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import type { Outgoing, TurnEnd } from '#core/turn.ts';
import type { CaseRow } from '#store/cases.ts';

import { type CaseAct, caseActions, cardKey, withState } from './case-draft.ts';
import type { DeskEvent } from './read-act.ts';

export interface DeskTurn {
  readonly owner: TurnEnd['owner'];
  readonly turnId: string;
  readonly channel: string;
  readonly language: string;
  readonly thread: ThreadKey;
  /** Where the same person is answered too. */
  readonly continuedAt: { readonly channel: string; readonly thread: ThreadKey } | null;
  readonly customer: string;
  /** Of the customer, where it is known (IANA). */
  readonly timezone: string | undefined;
  readonly sealer: Sealer;
  /** What the assistant would answer to the customer's last words; null where there are none. Throws ModelError. */
  suggest(): Promise<{ readonly text: string; readonly citations: readonly Citation[] } | null>;
}

/** What one thing that an agent did changes. */
export type Change = Pick<
  TurnEnd,
  'outcome' | 'said' | 'outgoing' | 'shares' | 'claims' | 'releases' | 'closes' | 'tickets' | 'undoes' | 'rates'
>;

export const nothing: Change = {
  outcome: 'desk_private',
  said: [],
  outgoing: [],
  shares: [],
  claims: null,
  releases: false,
  closes: null,
  tickets: null,
  undoes: [],
  rates: null,
};

type CustomerMessage = 'agent' | 'joined' | 'closed' | 'rating' | `agent:file:${number}`;

/** Our own name for what the customer is told in a turn of the desk. */
export const customerKey = (turn: string, name: CustomerMessage = 'agent'): string => `${turn}:${name}`;
export const elsewhereKey = (key: string): string => `${key}:elsewhere`;

/** Whether this names what the customer is told from the desk, or a part of it. */
export const isFromDesk = (key: string): boolean =>
  /:(?:agent|joined|closed|rating)(?::file:\d+)?(?::elsewhere)?(?::\d+)?$/.test(key);

/** Goes out at its own time: nothing waits for it. */
export const isReminder = (key: string): boolean => key.endsWith(':remind');

export const inNameOf = ({ sender }: DeskEvent, text: string): OutboundMessage => ({
  text: `**${sender.displayName}:** ${text}`.trim(),
  by: 'agent',
});

/** For the customer, wherever they are answered. */
export const toCustomer = (turn: DeskTurn, message: OutboundMessage, name?: CustomerMessage): Outgoing[] => {
  const key = customerKey(turn.turnId, name);
  return [
    { key, channel: turn.channel, thread: turn.thread, message },
    ...(turn.continuedAt ? [{ key: elsewhereKey(key), ...turn.continuedAt, message }] : []),
  ];
};

const ticketSuffix = ':ticket';
/** Our own name for the ticket of a case: what is said later follows it. */
export const ticketKey = (id: string): string => `${id}${ticketSuffix}`;
export const isTicket = (key: string): boolean => key.endsWith(ticketSuffix);
export const caseOfTicket = (key: string): string => key.slice(0, -ticketSuffix.length);
/** The ticket, or what is added to it. */
export const isInTicket = (row: { readonly key: string; readonly follows: string | null }): boolean =>
  isTicket(row.key) || (row.follows !== null && isTicket(row.follows)) || row.key.startsWith(`erase${ticketSuffix}`);

/** For the ticket of the case, where there is one. */
export const toTicket = (
  turn: { readonly turnId: string },
  { id, ticketChannel }: CaseRow,
  text: string,
  name = 'added',
): Outgoing[] =>
  ticketChannel === null
    ? []
    : [
        {
          key: `${turn.turnId}:ticket:${name}`,
          channel: ticketChannel,
          thread: '' as ThreadKey,
          follows: ticketKey(id),
          message: { text },
        },
      ];

/** For the agents who read the case. */
export const toThread = (
  turn: DeskTurn,
  found: CaseRow,
  message: string | OutboundMessage,
  name = 'note',
): Outgoing => ({
  key: `${turn.turnId}:${name}`,
  channel: found.channel,
  thread: '' as ThreadKey,
  follows: cardKey(found.id),
  message: typeof message === 'string' ? { text: message } : message,
});

/** The card as it reads from now on. */
export const toCard = (turn: DeskTurn, found: CaseRow, state: string, acts: readonly CaseAct[]): Outgoing => ({
  key: `${turn.turnId}:card`,
  channel: found.channel,
  thread: '' as ThreadKey,
  replaces: cardKey(found.id),
  message: withState(
    JSON.parse(turn.sealer.open(found.card, 'card')) as OutboundMessage,
    state,
    caseActions(found.id, acts),
  ),
});

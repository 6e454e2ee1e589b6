import type { Attachment, OutboundMessage, ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import type { Outgoing, TurnEnd } from '#core/turn.ts';
import { type CaseRow, openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';
import { findOutbox } from '#store/outbox.ts';

import { type CaseAct, caseActions, cardKey, withState } from './case-draft.ts';
import type { QuietUntil } from './quiet-until.ts';
import type { Shared, ShareFiles } from './share-files.ts';

export interface DeskEvent {
  readonly position: number;
  readonly sender: { readonly id: string; readonly displayName: string };
  readonly text: string;
  readonly action: string | null;
  /** Where its files are, and what they are: `text` names them in its last lines. */
  readonly channel: string;
  readonly attachments: readonly Attachment[];
  /** The turn of what the agent said before and has changed now, or taken back where the text is empty. */
  readonly changedTurn: string | null;
}

type Act =
  | { kind: Exclude<CaseAct, 'reply'> | 'why' }
  | { kind: 'reply'; text: string }
  | { kind: 'private' }
  | { kind: 'talk'; text: string };

const commands: readonly { readonly pattern: RegExp; readonly kind: Exclude<CaseAct, 'reply'> | 'why' }[] = [
  { pattern: /^[/!]?claim[.!]?$/i, kind: 'claim' },
  { pattern: /^[/!]?(hand ?)?back[.!]?$/i, kind: 'back' },
  { pattern: /^[/!]?resolved?[.!]?$/i, kind: 'resolve' },
  // Only with its mark: "Why?" is what an agent may ask the customer.
  { pattern: /^[/!]why[?]?$/i, kind: 'why' },
];

/** What may leave the desk: lines that begin with `//` stay. */
const sharedWords = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*\/\//.test(line))
    .join('\n')
    .trim();

const toWords = (kind: 'reply' | 'talk', text: string, hasFiles = false): Act => {
  const shared = sharedWords(text);
  return shared === '' && !hasFiles ? { kind: 'private' } : { kind, text: shared };
};

/** What was written beside the files: a message that is stored names them in its last lines. */
const wordsBeside = ({ text, attachments }: Pick<DeskEvent, 'text' | 'attachments'>): string =>
  attachments.length === 0 ? text : text.split('\n').slice(0, -attachments.length).join('\n').trim();

/** What an agent meant by a press or by words in the case's thread. */
export const toAct = (event: Pick<DeskEvent, 'text' | 'action' | 'attachments'>): Act => {
  const words = wordsBeside(event);
  const hasFiles = event.attachments.length > 0;
  if (event.action === 'reply') return toWords('reply', event.text);
  if (event.action === 'claim' || event.action === 'back' || event.action === 'resolve') return { kind: event.action };
  // A message that begins as private is private as a whole: its writer meant nobody outside.
  if (/^\s*(\/\/|!note\b)/i.test(words)) return { kind: 'private' };
  const text = sharedWords(words);
  const command = commands.find((one) => one.pattern.test(text));
  if (command) return { kind: command.kind };
  const reply = /^[/!]?reply[:\s]+([\s\S]+)$/i.exec(text);
  return reply?.[1] ? toWords('reply', reply[1], hasFiles) : toWords('talk', text, hasFiles);
};

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
}

type Change = Pick<TurnEnd, 'outcome' | 'said' | 'outgoing' | 'shares' | 'claims' | 'closes'>;

type CustomerMessage = 'agent' | 'joined' | 'closed' | `agent:file:${number}`;

/** Our own name for what an agent says to the customer in a turn. */
const customerKey = (turn: string, name: CustomerMessage = 'agent'): string => `${turn}:${name}`;
const elsewhereKey = (key: string): string => `${key}:elsewhere`;

/** Whether this names what the customer is told from the desk, or a part of it. */
export const isFromDesk = (key: string): boolean =>
  /:(?:agent|joined|closed)(?::file:\d+)?(?::elsewhere)?(?::\d+)?$/.test(key);

const inNameOf = ({ sender }: DeskEvent, text: string): OutboundMessage => ({
  text: `**${sender.displayName}:** ${text}`.trim(),
  by: 'agent',
});

const nothing: Change = { outcome: 'desk_private', said: [], outgoing: [], shares: [], claims: null, closes: null };

export interface DeskParts {
  readonly store: Store;
  readonly say: Say;
  /** Whether what was sent on this channel can still be changed. */
  readonly canEdit: (channel: string) => boolean;
  /** When the customer may be disturbed again; null where that is now. */
  readonly quietUntil: QuietUntil;
  /** What the assistant's latest answer leans on, in full. */
  readonly explain: (turn: Pick<DeskTurn, 'owner' | 'sealer'>) => Promise<string>;
  readonly share: ShareFiles;
  /** Who an agent is, told apart without being told. */
  readonly fingerprint: (agent: string) => string;
}

/** What one thing an agent did in a case's thread changes: for the case, its card, the thread and the customer. */
export const createDesk = ({ store, say, canEdit, fingerprint, quietUntil, explain, share }: DeskParts) => {
  const toCustomer = (turn: DeskTurn, message: OutboundMessage, name?: CustomerMessage): Outgoing[] => {
    const key = customerKey(turn.turnId, name);
    return [
      { key, channel: turn.channel, thread: turn.thread, message },
      ...(turn.continuedAt ? [{ key: elsewhereKey(key), ...turn.continuedAt, message }] : []),
    ];
  };
  const toThread = (turn: DeskTurn, found: CaseRow, text: string, name = 'note'): Outgoing => ({
    key: `${turn.turnId}:${name}`,
    channel: found.channel,
    thread: '' as ThreadKey,
    follows: cardKey(found.id),
    message: { text },
  });
  const toCard = (turn: DeskTurn, found: CaseRow, state: string, acts: readonly CaseAct[]): Outgoing => ({
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

  const claim = (turn: DeskTurn, found: CaseRow, event: DeskEvent): Change => {
    const agent = event.sender.displayName;
    const agentPrint = fingerprint(event.sender.id);
    if (found.claimedBy === agentPrint) return nothing;
    if (found.state === 'claimed') {
      const holder = found.claimedName ? turn.sealer.open(found.claimedName, 'agent') : 'a colleague';
      return {
        ...nothing,
        outcome: 'desk_taken',
        outgoing: [toThread(turn, found, `${holder} has this case already, ${agent}.`)],
      };
    }
    return {
      ...nothing,
      outcome: 'desk_claimed',
      claims: { agent: agentPrint, name: agent },
      outgoing: [
        toCard(turn, found, `claimed by ${agent}`, ['reply', 'back', 'resolve']),
        toThread(
          turn,
          found,
          `${agent} has this case. What you write here now goes to ${turn.customer}; begin with \`//\` to keep it here.`,
        ),
        ...toCustomer(turn, { text: say(turn, 'joined', { agent }) }, 'joined'),
      ],
    };
  };

  const passFiles = (turn: DeskTurn, event: DeskEvent, { files }: Shared): Outgoing[] =>
    files.flatMap(({ file }, index) => toCustomer(turn, { ...inNameOf(event, ''), file }, `agent:file:${index + 1}`));

  const reply = async (turn: DeskTurn, found: CaseRow, event: DeskEvent, text: string): Promise<Change> => {
    const taken = found.state === 'waiting' ? claim(turn, found, event) : nothing;
    const shared = await share(event.channel, event.attachments);
    const names = shared.files.map(({ file }) => `[file: ${file.name}]`);
    return {
      ...taken,
      outcome: 'desk_replied',
      said: [{ speaker: 'agent', text: [text, ...names].filter(Boolean).join('\n') }],
      shares: shared.files.map(({ kept }) => kept),
      outgoing: [
        ...taken.outgoing,
        // What was typed into a dialog is in no thread yet; colleagues read it there.
        ...(event.action === 'reply'
          ? [toThread(turn, found, `**${event.sender.displayName}** to ${turn.customer}:\n\n${text}`, 'sent')]
          : []),
        ...(text === '' ? [] : toCustomer(turn, inNameOf(event, text))),
        ...passFiles(turn, event, shared),
        ...(shared.missing.length === 0
          ? []
          : [
              toThread(
                turn,
                found,
                `${turn.customer} was not sent ${shared.missing.join(', ')}: it could not be had, or is too large.`,
                'missing',
              ),
            ]),
      ],
    };
  };

  /** What the customer was sent reads as the agent has it now; where that cannot be, the agent is told. */
  const change = async (turn: DeskTurn, found: CaseRow, event: DeskEvent, changedTurn: string): Promise<Change> => {
    const key = customerKey(changedTurn);
    const rows = await Promise.all([key, elsewhereKey(key)].map((name) => findOutbox(store, turn.owner, name)));
    const sent = rows.filter((row) => row !== null);
    if (sent.length === 0) return nothing;
    const act = toAct(event);
    const words = act.kind === 'reply' || act.kind === 'talk' ? act.text : '';
    const outcome = 'desk_changed';
    if (words === '' || !sent.every(({ channel }) => canEdit(channel)))
      return {
        ...nothing,
        outcome,
        outgoing: [toThread(turn, found, `${turn.customer} has been sent what you wrote before, and still has it.`)],
      };
    return {
      ...nothing,
      outcome,
      said: [{ speaker: 'agent', text: words }],
      outgoing: sent.map((row) => ({
        key: row.key === key ? customerKey(turn.turnId) : elsewhereKey(customerKey(turn.turnId)),
        channel: row.channel,
        thread: turn.sealer.open(row.thread, 'thread') as ThreadKey,
        message: inNameOf(event, words),
        replaces: row.key,
      })),
    };
  };

  const close = (turn: DeskTurn, found: CaseRow, event: DeskEvent, closes: 'returned' | 'resolved'): Change => ({
    ...nothing,
    outcome: `desk_${closes}`,
    closes,
    outgoing: [
      toCard(
        turn,
        found,
        closes === 'resolved'
          ? `resolved by ${event.sender.displayName}`
          : `handed back by ${event.sender.displayName}`,
        [],
      ),
      toThread(
        turn,
        found,
        closes === 'resolved' ? 'Resolved. The assistant answers again.' : 'Handed back. The assistant answers again.',
      ),
      ...toCustomer(turn, { text: say(turn, closes === 'resolved' ? 'resolved' : 'handedBack') }, 'closed'),
    ],
  });

  /** What would disturb the customer now waits, and the agent is told until when. */
  const letSleep = async (turn: DeskTurn, found: CaseRow, change: Change): Promise<Change> => {
    const isForCustomer = ({ channel, thread }: Outgoing) => channel === turn.channel && thread === turn.thread;
    const quiet = change.outgoing.some(isForCustomer) ? await quietUntil(turn) : null;
    if (!quiet) return change;
    const note = `It is ${quiet.now} where ${turn.customer} is: they are sent this at ${quiet.end}, or as soon as they write.`;
    return {
      ...change,
      outgoing: [
        ...change.outgoing.map((one) => (isForCustomer(one) ? { ...one, notBefore: quiet.until } : one)),
        toThread(turn, found, note, 'quiet'),
      ],
    };
  };

  const act = async (turn: DeskTurn, found: CaseRow, event: DeskEvent): Promise<Change> => {
    if (event.changedTurn !== null) return change(turn, found, event, event.changedTurn);
    const act = toAct(event);
    switch (act.kind) {
      case 'claim':
        return claim(turn, found, event);
      case 'back':
        return close(turn, found, event, 'returned');
      case 'resolve':
        return close(turn, found, event, 'resolved');
      case 'reply':
        return reply(turn, found, event, act.text);
      case 'why':
        return { ...nothing, outcome: 'desk_explained', outgoing: [toThread(turn, found, await explain(turn), 'why')] };
      case 'private':
        return nothing;
      case 'talk':
        if (found.state === 'claimed' && found.claimedBy === fingerprint(event.sender.id))
          return reply(turn, found, event, act.text);
        return found.state === 'waiting'
          ? {
              ...nothing,
              outgoing: [
                toThread(
                  turn,
                  found,
                  'Nobody has claimed this case yet, so this stays here. Type `claim` to take it, or `reply …` to answer.',
                ),
              ],
            }
          : nothing;
    }
  };

  return async (turn: DeskTurn, event: DeskEvent): Promise<Change> => {
    const found = await openCase(store, turn.owner.conversation);
    if (!found) return { ...nothing, outcome: 'desk_closed' };
    return letSleep(turn, found, await act(turn, found, event));
  };
};

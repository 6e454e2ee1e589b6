import { createHash } from 'node:crypto';

import type { Command, Sender, ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Opened, Received } from '#core/turn.ts';
import type { TakenLane, WaitingRow } from '#store/conversations.ts';

import { namesOf, readEvent, type StoredEvent } from './inbox.ts';
import type { createToLanguage } from './sentences.ts';
import { toRating } from './to-rating.ts';
import { toTypedCommand } from './typed-command.ts';

/** The same for every try at the same messages, so that a try after a crash goes on where the last one ended. */
export const turnId = (conversation: string, positions: readonly number[]): string => {
  const hex = createHash('sha256')
    .update(`${conversation}:${Math.min(...positions)}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export interface WaitingEvent extends StoredEvent {
  readonly position: number;
  readonly changes: number | null;
  readonly isFresh: boolean;
}

/** What waits, readable, as it was written: a platform may deliver two events at once and in either order. */
export const readWaiting = (sealer: Sealer, rows: readonly WaitingRow[]): WaitingEvent[] =>
  rows
    .map(({ body, ...row }) => ({ ...readEvent(sealer, body), ...row }))
    .toSorted(
      (a, b) =>
        a.sentAt.localeCompare(b.sentAt) || (a.order ?? '').localeCompare(b.order ?? '') || a.position - b.position,
    );

/** The button that asks for a human, wherever we show one. */
export const humanAction = 'human' satisfies Command;
/** The button that asks what an answer leans on. */
export const whyAction = 'why' satisfies Command;

const commandOf = ({ action }: StoredEvent): Received['command'] =>
  action === 'status' || action === 'forget' || action === 'why' ? action : null;

const isCommand = (event: StoredEvent): boolean =>
  commandOf(event) !== null || toRating(event.action) !== null || toTypedCommand(event.text) !== null;
const consentOf = (event: StoredEvent | undefined): Received['consent'] =>
  event === undefined ? null : event.action === 'given' ? 'given' : 'withdrawn';

/** Whether it has a turn of its own: what else a person said is not answered together with it. */
const standsAlone = (event: StoredEvent): boolean =>
  event.from !== 'customer' ||
  event.elsewhere !== undefined ||
  event.kind === 'edited' ||
  event.kind === 'deleted' ||
  isCommand(event);

/** What of the waiting events makes the next turn. */
export const takeTurn = (waiting: readonly WaitingEvent[]): readonly WaitingEvent[] => {
  const alone = waiting.findIndex(standsAlone);
  return alone < 0 ? waiting : waiting.slice(0, Math.max(1, alone));
};

export type ToLanguage = ReturnType<typeof createToLanguage>;

/** A turn at these events of a conversation, as the lane handed them out. */
export const toTurn = (
  { row, hasCase, isWithdrawn }: TakenLane,
  sealer: Sealer,
  events: readonly WaitingEvent[],
  { now, toLanguage }: { readonly now: Date; readonly toLanguage: ToLanguage },
): Received => {
  const positions = events.map((event) => event.position);
  // What was asked before is to be answered no more. Whoever has the case still reads it.
  const ends = (event: WaitingEvent): boolean =>
    event.kind === 'stopped' || (event.kind === 'consent' && event.action === 'withdrawn' && !hasCase);
  const stop = events.findLastIndex(ends);
  // A button or a command may come with words of its own.
  const speaks = new Set(['message', 'edited', 'action']);
  const said = events.slice(stop + 1).filter((event) => speaks.has(event.kind));
  const text = said
    .map((event) => event.text)
    .filter(Boolean)
    .join('\n\n');
  const sender = JSON.parse(sealer.open(row.profile, 'profile')) as Sender;
  // What is said in another place is answered there.
  const elsewhere = events[0]?.elsewhere;
  return {
    owner: { organization: row.organization, person: row.person, conversation: row.conversation },
    fence: row.fence,
    positions,
    turn: {
      id: turnId(row.conversation, positions),
      startedAt: now,
      isFirstTry: events.every((event) => event.isFresh),
      isLastTry: false,
    },
    known: {
      summary: row.summary,
      summarizedThrough: row.summarizedThrough,
      tokens: row.tokens,
      hasCase,
      language: row.language,
      asked: row.asked,
      isWithdrawn,
    },
    channel: elsewhere === undefined ? row.channel : (events[0]?.channel ?? row.channel),
    // A command is worded as we told it: it says nothing about who gives it.
    language: toLanguage(events.some(isCommand) ? '' : text, row.language, sender.locale),
    thread: elsewhere ?? (sealer.open(row.thread, 'thread') as ThreadKey),
    sender,
    sealer,
    isFirstContact: row.disclosedAt === null,
    text,
    hasWords: said.some((event) => event.text !== namesOf(event.attachments ?? [])),
    attachments: said.flatMap((event) => event.attachments ?? []),
    longestLength: Math.max(...events.map((event) => event.textLength)),
    pressedHuman: events.some((event) => event.action === humanAction),
    isPrivate: events.every((event) => event.isPrivate === true),
    command: events[0] ? commandOf(events[0]) : null,
    rating: toRating(events[0]?.action ?? null),
    about: events[0]?.about ?? null,
    isOpening: events.some((event) => event.kind === 'opened'),
    isStopped: stop > 0,
    consent: consentOf(events.findLast((event) => event.kind === 'consent')),
    isChange: typeof events[0]?.changes === 'number',
    stopping: new AbortController(),
    mayBeInterrupted: false,
  };
};

export interface OpenParts {
  readonly say: Say;
  /** What a person who says nothing yet may want to ask. */
  readonly suggestions: readonly string[];
}

/** Greets who came in, and ends what says nothing. */
export const open =
  ({ say, suggestions }: OpenParts) =>
  async (turn: Received): Promise<Opened | Halt> => {
    // Whoever has the case is told of what was taken back, too, and of who may not be written to.
    const isForDesk = (turn.isChange || turn.consent !== null) && turn.known.hasCase;
    if (turn.text !== '' || turn.pressedHuman || turn.command || turn.rating || isForDesk)
      return { ...turn, opened: true };
    if (turn.consent) return new Halt(`consent_${turn.consent}`);
    if (turn.isStopped) return new Halt('stopped', { tell: say(turn, 'stopped') });
    // Who knows us already needs no greeting, and nobody is greeted twice.
    if (turn.isOpening && turn.isFirstContact && !turn.known.hasCase)
      return new Halt('greeted', { tell: say(turn, 'welcome'), suggestions });
    return new Halt('nothing_to_answer');
  };

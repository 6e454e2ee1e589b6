import { setTimeout as wait } from 'node:timers/promises';
import { DiscordAPIError, type REST, Routes } from 'discord.js';
import type { Shelf } from '#core/channel.ts';
import { before, createMarks, later, type Mark } from './marks.ts';
import { type Read, snowflakeOf, toRead } from './receive.ts';

export interface CatchUpOptions {
  rest(): REST;
  readonly shelf: Shelf | undefined;
  readonly selfId: () => string;
  /** Resolves when what this MESSAGE_CREATE says is stored. */
  store(payload: unknown): Promise<void>;
}

/** A room as a new session shows it. */
export interface SeenRoom {
  readonly room: string;
  readonly guild: string;
  readonly newest: string;
}

export interface CatchUp {
  /** Stores a live message, and remembers that it was. */
  take(payload: unknown): Promise<void>;
  /** Fetches what was written since the marks. Resolves when it is stored, or when newer messages should wait no longer. */
  run(seen: readonly SeenRoom[]): Promise<void>;
  /** Reads the bookmark. */
  load(): Promise<void>;
  /** Ends what runs, and writes the bookmark. */
  stop(): Promise<void>;
}

/** Whoever wrote an hour ago has found another way or given up: an answer now would only puzzle. */
const ageMsMax = 60 * 60_000;
const pageSize = 100;
/** Rooms of servers that are looked into although nobody spoke to us there before, the latest first. */
const otherRoomsMax = 100;
/** The platform counts calls by room, and 50 a second over all. */
const roomsAtOnce = 4;
/** A platform that lets us wait does not hold up what is written now. */
const holdMsMax = 10_000;
const againAfterMs = { first: 5000, max: 60_000 };
const writeAfterMs = 1000;

const newestFirst = (one: string, other: string): number => (BigInt(one) > BigInt(other) ? -1 : 1);
const isGone = (error: unknown): boolean =>
  error instanceof DiscordAPIError && (error.status === 403 || error.status === 404);

/** A new session of the gateway brings nothing of what was written before it, so that is fetched. */
export function createCatchUp({ rest, shelf, selfId, store }: CatchUpOptions): CatchUp {
  const marks = createMarks();
  const closing = new AbortController();
  let pass = Promise.resolve();
  let delayMs = againAfterMs.first;
  let again: NodeJS.Timeout | undefined;
  let due: NodeJS.Timeout | undefined;
  /** How long it matters that nobody listened before this session; null where nothing was missed. */
  let missedUntilMs: number | null = null;
  const looked = new Set<string>();

  async function write(): Promise<void> {
    due = undefined;
    if (!shelf) return;
    // Another process may have heard rooms that we have not.
    marks.merge(await shelf.read('read'));
    await shelf.write('read', String(marks));
  }
  /** What could not be written is written with the next message. */
  function writeSoon(): void {
    if (!closing.signal.aborted) due ??= setTimeout(() => void write().catch(() => undefined), writeAfterMs);
  }

  /** Oldest first, page by page, until nothing more comes. */
  async function fill(room: string, { guild, last }: Mark): Promise<void> {
    let after = later(last, snowflakeOf(new Date(Date.now() - ageMsMax)));
    for (;;) {
      const query = new URLSearchParams({ after, limit: String(pageSize) });
      const page = (await rest().get(Routes.channelMessages(room), { query, signal: closing.signal })) as object[];
      for (const message of page.toReversed()) {
        closing.signal.throwIfAborted();
        // The API leaves out the server, by which a direct message is told from others.
        const payload = guild === undefined ? message : { ...message, guild_id: guild };
        await store(payload);
        const read = toRead(payload, selfId());
        if (!read) continue;
        marks.fill(read);
        after = read.id;
        writeSoon();
      }
      if (page.length < pageSize) return;
    }
  }

  async function fillAll(): Promise<void> {
    clearTimeout(again);
    const queue = [...marks.gaps].values();
    const work = async (): Promise<void> => {
      for (const [room, mark] of queue) {
        if (closing.signal.aborted) return;
        try {
          await fill(room, mark);
          marks.close(room);
        } catch (error) {
          if (isGone(error)) marks.forget(room);
        }
      }
    };
    await Promise.all(Array.from({ length: roomsAtOnce }, work));
    if (marks.gaps.size > 0) tryAgain();
    else delayMs = againAfterMs.first;
    writeSoon();
  }
  /** One pass at a time, else a message is stored by both. */
  const fillGaps = (): Promise<void> => (pass = pass.then(fillAll));
  function tryAgain(): void {
    clearTimeout(again);
    if (closing.signal.aborted) return;
    again = setTimeout(() => void fillGaps(), delayMs);
    delayMs = Math.min(delayMs * 2, againAfterMs.max);
  }

  /** Newer messages wait for what is fetched, but not for long. */
  async function fillInTime(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([fillGaps(), wait(holdMsMax, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
  }
  /** No list names the direct chats: one that was begun while nobody listened is known by its next message. */
  async function lookBack({ room, guild }: Read): Promise<void> {
    const last = marks.first();
    if (guild !== undefined || last === null || missedUntilMs === null || Date.now() > missedUntilMs) return;
    if (marks.rooms.has(room) || marks.gaps.has(room) || looked.has(room)) return;
    looked.add(room);
    // Not from this session's own gap: there may have been another just before it, whose process has found nothing yet.
    marks.open(room, { guild, last });
    await fillInTime();
  }

  return {
    load: async () => marks.merge((await shelf?.read('read')) ?? null),
    async take(payload) {
      const read = toRead(payload, selfId());
      try {
        if (read) await lookBack(read);
        await store(payload);
        if (read) marks.note(read);
        writeSoon();
      } catch {
        // The gateway does not bring it again: it is fetched like what was missed. A pass that runs may be beyond it already.
        if (!read) return;
        void pass.then(() => {
          marks.open(read.room, { guild: read.guild, last: before(read.id) });
          tryAgain();
        });
      }
    },
    async run(seen) {
      const from = marks.unreadFrom();
      marks.begin(new Date());
      writeSoon();
      // A bot that never read anything has missed nothing.
      if (from === null) return;
      missedUntilMs = Date.now() + ageMsMax;
      looked.clear();
      const known = [...marks.rooms].toSorted(([, a], [, b]) => newestFirst(a.last, b.last));
      for (const [room, mark] of known) marks.open(room, mark);
      const unread = seen
        .filter(({ room, newest }) => !marks.rooms.has(room) && BigInt(newest) > BigInt(from))
        .toSorted((a, b) => newestFirst(a.newest, b.newest));
      for (const { room, guild } of unread.slice(0, otherRoomsMax)) marks.open(room, { guild, last: from });
      await fillInTime();
    },
    async stop() {
      // What still runs is not waited for, as a rate limit may hold it: it stays behind the bookmark.
      closing.abort();
      clearTimeout(again);
      clearTimeout(due);
      await write().catch(() => undefined);
    },
  };
}

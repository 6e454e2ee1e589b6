import { z } from 'zod';
import { snowflakeOf, type Read } from './receive.ts';

export interface Mark {
  readonly guild: string | undefined;
  /** Every message of the room up to this one is stored. */
  readonly last: string;
}

/** How far each room has been read. */
export interface Marks {
  /** A live message is stored. In a room with a gap it moves nothing: what is older than it may still be missing. */
  note(read: Read): void;
  /** A message of a gap is stored. */
  fill(read: Read): void;
  /** Something after this mark may be missing, or after what was read of the room where that is less. */
  open(room: string, mark: Mark): void;
  close(room: string): void;
  /** The room is gone or not ours to read. */
  forget(room: string): void;
  readonly gaps: ReadonlyMap<string, Mark>;
  /** Rooms to look into after a gap. */
  readonly rooms: ReadonlyMap<string, Mark>;
  /** From here on a room that is not remembered may have something unread; null when there was no session before. */
  unreadFrom(): string | null;
  /** When the first session of all began, as an id. */
  first(): string | null;
  /** A session began. Nothing written before the first of all is looked for. */
  begin(at: Date): void;
  /** Takes over what was written down, by us earlier or by another process meanwhile. */
  merge(text: string | null): void;
  toString(): string;
}

/** Some 70 bytes each; the rooms heard last are kept. */
const roomsMax = 200;
/** Messages of two rooms need not arrive in the order of their ids. */
const disorderMs = 10_000;

const id = z.string().regex(/^\d{1,20}$/);
const marksSchema = z.object({
  since: id,
  newest: id,
  rooms: z.array(z.union([z.tuple([id, id]), z.tuple([id, id, id])])),
});

/** Ids are numbers of 64 bits: compared as such, never as text or floats. */
export const later = (one: string, other: string): string => (BigInt(one) > BigInt(other) ? one : other);
export const before = (message: string): string => String(BigInt(message) - 1n);

export function createMarks(): Marks {
  let since: string | null = null;
  let newest: string | null = null;
  const rooms = new Map<string, Mark>();
  const gaps = new Map<string, Mark>();
  const forgotten = new Set<string>();

  function remember(room: string, { guild, last }: Mark): void {
    const known = rooms.get(room);
    rooms.set(room, { guild, last: known ? later(known.last, last) : last });
    if (rooms.size <= roomsMax) return;
    const [oldest] = [...rooms].reduce((one, other) => (BigInt(one[1].last) < BigInt(other[1].last) ? one : other));
    rooms.delete(oldest);
  }

  /** Stands still while there are gaps: after a crash they are found again from here. */
  function advance(to: string): void {
    if (gaps.size === 0) newest = newest === null ? to : later(newest, to);
  }

  function keep({ room, guild, id: last, isOurs }: Read): void {
    if (isOurs) forgotten.delete(room);
    if (isOurs || rooms.has(room)) remember(room, { guild, last });
  }

  return {
    gaps,
    rooms,
    note(read) {
      if (gaps.has(read.room)) return;
      keep(read);
      advance(read.id);
    },
    fill(read) {
      gaps.set(read.room, { guild: read.guild, last: read.id });
      keep(read);
    },
    open(room, mark) {
      const known = rooms.get(room);
      if (!gaps.has(room)) gaps.set(room, known && BigInt(known.last) < BigInt(mark.last) ? known : mark);
    },
    close: (room) => void gaps.delete(room),
    forget(room) {
      gaps.delete(room);
      rooms.delete(room);
      forgotten.add(room);
    },
    unreadFrom: () =>
      since === null || newest === null ? null : later(since, String(BigInt(newest) - (BigInt(disorderMs) << 22n))),
    first: () => since,
    begin(at) {
      since ??= snowflakeOf(at);
      newest ??= since;
    },
    merge(text) {
      const { data } = marksSchema.safeParse(parse(text));
      if (!data) return;
      for (const [room, last, guild] of data.rooms)
        if (!forgotten.has(room) && !gaps.has(room)) remember(room, { guild, last });
      since = since === null || BigInt(data.since) < BigInt(since) ? data.since : since;
      advance(data.newest);
    },
    toString: () =>
      JSON.stringify({
        since,
        newest,
        rooms: [...rooms].map(([room, { guild, last }]) => [room, last, ...(guild === undefined ? [] : [guild])]),
      }),
  };
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

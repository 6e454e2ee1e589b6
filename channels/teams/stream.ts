import type { DeliveryKey, OutboundMessage } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { ChannelError } from '#core/errors.ts';
import type { Connector, Place } from './connector.ts';
import { isActivityGone } from './failure.ts';
import { createRecent } from '#core/recent.ts';
import { toActivity, type TeamsActivity } from './render.ts';

/**
 * Streams of the personal chat (learn.microsoft.com/microsoftteams/platform/bots/streaming-ux): one at a time in a chat, one request
 * a second, text that extends what was streamed before, over after two minutes.
 */
const paceMs = 1050;
/** From its start; after that the same activity is updated. */
const streamMsMax = 105_000;
const updatePaceMs = 3000;
/** A line of a stream that waits is shown again after this, which tells whether the stream is still there. */
const lineMsMax = 5000;
/** Whether a chat has room for a stream again is not asked for so long, where a post does as well: each time costs a call. */
const busyMs = 15_000;
/** So many streams are remembered. */
const streamsMax = 1000;
const lines = { looking: 'Looking that up…', writing: 'Writing…' };

interface Stream {
  readonly id: string;
  readonly startedAt: number;
  /** The message that it shows, or null while it waits for one. */
  owner: DeliveryKey | null;
  sequence: number;
  /** The longest text that the platform may have; a chunk without a known end counts. */
  shown: string;
  /** Whether `shown` is known to be there. */
  isSettled: boolean;
  /** The newest text that grows. */
  wanted: string;
  isEnding: boolean;
  state: 'open' | 'cancelled' | 'over';
  writtenAt: number;
  /** What shows the text now: the stream's own activity unless that was never shown. */
  activity: string;
  /** The message was posted anew, without a known end. */
  isUncertain: boolean;
  /** Begun by another process: what it shows, and since when, is not known. */
  readonly isForeign: boolean;
  /** Resolves when nothing is being written. */
  idle: Promise<unknown>;
}

export interface Streams {
  /** Shows that an answer is on its way. False where the platform takes no stream. Throws ChannelError. */
  announce(place: Place): Promise<boolean>;
  /**
   * The id of a stream for this message, with nothing in it that stays. Null where it is to be posted.
   * Throws ChannelError; nothing is shown then.
   */
  begin(place: Place, owner: DeliveryKey, message: OutboundMessage): Promise<string | null>;
  /** Shows more of a growing text; what does not extend the text before waits for the end. Throws ChannelError. */
  grow(place: Place, id: string, message: OutboundMessage): Promise<void>;
  /**
   * Ends a stream of this or another process with the whole message; may be repeated. What its reader has stopped is left as it
   * is, unless the message must be seen. Throws ChannelError.
   */
  finish(place: Place, id: string, message: TeamsActivity, mustBeSeen: boolean): Promise<void>;
}

/** Without what a later word could change: the heading or table at the end, and a fence closed for the sake of looks. */
const withoutUnsettled = (text: string): string =>
  text
    .replace(/\n(?:`{3,}|~{3,})$/, '')
    .replace(/(?:^|\n) {0,3}#{1,6} [^\n]*$/, '')
    .replace(/(?:^|\n)(?: {0,3}\|[^\n]*(?:\n|$))+$/, '')
    .trimEnd();

const isRefusal = (error: unknown): error is ChannelError =>
  error instanceof ChannelError && error.reason === 'refused';
const isAmbiguous = (error: unknown): error is ChannelError =>
  error instanceof ChannelError && error.reason === 'ambiguous';
/** Nothing that stays was shown: it may be tried again. */
const notNow = (code: string, cause?: unknown) => new ChannelError('teams', 'rate_limited', code, { cause });

/** `tellStopped` hears of a stream that its reader stopped while it grew. */
export function createStreams(
  connector: Connector,
  clock: Clock,
  tellStopped: (place: Place, id: string) => Promise<void>,
): Streams {
  const byId = createRecent<Stream>(streamsMax);
  const current = createRecent<Stream>(streamsMax);
  const starting = new Map<string, ReturnType<typeof start>>();
  const busySince = createRecent<number>(streamsMax);
  const now = () => clock.now().getTime();
  const idOf = ({ conversation }: Place, id: string) => `${conversation}:${id}`;
  const ageOf = ({ startedAt }: Stream) => now() - startedAt;
  const isBusy = ({ conversation }: Place) => now() - (busySince.get(conversation) ?? -Infinity) < busyMs;
  const isOpen = (stream: Stream) => stream.state === 'open' && ageOf(stream) < streamMsMax;

  const pause = async (since: number): Promise<void> => {
    const restMs = since + paceMs - now();
    if (restMs > 0) await clock.wait(restMs);
  };

  const toStream = (id: string, isForeign = false): Stream => ({
    id,
    isForeign,
    startedAt: now(),
    owner: null,
    sequence: 1,
    shown: '',
    isSettled: true,
    wanted: '',
    isEnding: false,
    state: 'open',
    // What another process wrote may have been a moment ago.
    writtenAt: now(),
    activity: id,
    isUncertain: false,
    idle: Promise.resolve(),
  });

  const infoOf = (more: object) => ({ type: 'streaminfo', ...more });
  const next = (stream: Stream, streamType: 'informative' | 'streaming', text: string) => ({
    type: 'typing',
    text,
    entities: [infoOf({ streamId: stream.id, streamType, streamSequence: (stream.sequence += 1) })],
  });

  /** Writes a part of the stream, and notes where it has ended without us. */
  async function write(place: Place, stream: Stream, activity: object): Promise<void> {
    try {
      await connector.stream(place, activity);
    } catch (error) {
      if (isRefusal(error) && error.code === 'stream_cancelled') stream.state = 'cancelled';
      if (isRefusal(error) && (error.code === 'stream_over' || error.code === 'stream_not_allowed'))
        stream.state = 'over';
      throw error;
    } finally {
      stream.writtenAt = now();
    }
  }

  const writeFinal = (place: Place, stream: Stream, message: TeamsActivity) =>
    write(place, stream, {
      ...message,
      entities: [infoOf({ streamId: stream.id, streamType: 'final' }), ...(message.entities ?? [])],
    });

  /** One write after another, at the pace of the platform. */
  function inTurn<T>(stream: Stream, work: () => Promise<T>): Promise<T> {
    const done = stream.idle.then(() => pause(stream.writtenAt)).then(work);
    stream.idle = done.catch(() => undefined);
    return done;
  }

  /** Busy while another stream runs in the chat: perhaps that of another process, or of an answer that was begun before. */
  async function start(place: Place, text: string): Promise<Stream | 'busy' | 'refused'> {
    const first = { type: 'typing', text, entities: [infoOf({ streamType: 'informative', streamSequence: 1 })] };
    let id: string | null;
    try {
      id = await connector.stream(place, first);
    } catch (error) {
      if (isRefusal(error) && error.code !== 'stream_over') return 'refused';
      if (isRefusal(error)) {
        busySince.set(place.conversation, now());
        return 'busy';
      }
      // The line goes away by itself, whether or not it was shown.
      throw isAmbiguous(error) ? notNow('stream_unknown', error) : error;
    }
    if (id === null) throw notNow('stream_unknown');
    const stream = toStream(id);
    byId.set(idOf(place, id), stream);
    current.set(place.conversation, stream);
    return stream;
  }

  /** The chat's stream, if it waits or is this message's already, or a new one: whether there may be one is the platform's word. */
  async function take(place: Place, owner: DeliveryKey | null, text: string): ReturnType<typeof start> {
    const { conversation } = place;
    const known = current.get(conversation);
    if (known && isOpen(known) && (known.owner === null || known.owner === owner)) {
      known.owner = owner;
      return known;
    }
    const started = starting.get(conversation) ?? start(place, text).finally(() => starting.delete(conversation));
    starting.set(conversation, started);
    const stream = await started;
    if (typeof stream === 'string') return stream;
    if (stream.owner !== null && stream.owner !== owner) return 'busy';
    stream.owner = owner;
    return stream;
  }

  /** Writes the message over what the ended stream left, or anew where it left nothing. */
  async function replace(place: Place, stream: Stream, message: object): Promise<void> {
    if (stream.isUncertain) throw new ChannelError('teams', 'refused', 'may_have_been_sent');
    try {
      await connector.put(place, stream.activity, message);
    } catch (error) {
      if (!isActivityGone(error)) {
        // It may still be open, with other words than these: its time will be over soon.
        const isOpen = isRefusal(error) && stream.isForeign && ageOf(stream) < streamMsMax;
        throw isOpen ? notNow('stream_open', error) : error;
      }
      stream.activity = await connector.post(place, message).catch((cause: unknown) => {
        stream.isUncertain = isAmbiguous(cause);
        throw cause;
      });
    } finally {
      stream.writtenAt = now();
    }
  }

  async function growNow(place: Place, stream: Stream, message: OutboundMessage): Promise<void> {
    if (stream.isEnding) return;
    if (stream.state === 'cancelled') throw new ChannelError('teams', 'refused', 'stream_cancelled');
    if (stream.state === 'over') {
      if (now() - stream.writtenAt >= updatePaceMs)
        await replace(place, stream, toActivity(message, stream.id, 'personal'));
      return;
    }
    const { wanted } = stream;
    if (ageOf(stream) >= streamMsMax) {
      const text = wanted.startsWith(stream.shown) ? wanted : stream.shown;
      await writeFinal(place, stream, { ...toActivity(message, stream.id, 'personal'), text });
      stream.state = 'over';
      return;
    }
    if (!wanted.startsWith(stream.shown) || wanted === '' || (wanted === stream.shown && stream.isSettled)) return;
    stream.shown = wanted;
    stream.isSettled = false;
    await write(place, stream, next(stream, 'streaming', wanted));
    stream.isSettled = true;
  }

  const finish: Streams['finish'] = (place, id, message, mustBeSeen) => {
    const stream = byId.get(idOf(place, id)) ?? toStream(id, true);
    byId.set(idOf(place, id), stream);
    stream.isEnding = true;
    return inTurn(stream, async () => {
      if (stream.state === 'open') {
        const isWhole = (message.text ?? '').startsWith(stream.shown);
        // A stream must end with what it has shown; only after that can it be changed.
        const last = isWhole ? message : { ...message, text: stream.shown, attachments: [] };
        try {
          await writeFinal(place, stream, last);
          stream.state = 'over';
          busySince.set(place.conversation, -Infinity);
          if (isWhole) return;
        } catch (error) {
          // It has ended, by an earlier try or by itself, or shows what only another process knows.
          if (!isRefusal(error)) throw error;
          if (stream.state === 'open') stream.state = 'over';
        }
      }
      if (stream.state === 'over' || mustBeSeen) await replace(place, stream, message);
    });
  };

  return {
    async announce(place) {
      const waiting = current.get(place.conversation);
      if (waiting && waiting.owner === null && isOpen(waiting)) {
        if (now() - waiting.writtenAt < lineMsMax) return true;
        const line = () => write(place, waiting, next(waiting, 'informative', lines.looking));
        await inTurn(waiting, line).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          waiting.state = 'over';
        });
      }
      return !isBusy(place) && typeof (await take(place, null, lines.looking)) !== 'string';
    },

    async begin(place, owner, { partial }) {
      if (!partial && isBusy(place)) return null;
      const stream = await take(place, owner, partial ? lines.looking : lines.writing);
      // What was begun before is shown first; the whole text is posted at the end if it comes to that.
      if (stream === 'busy' && partial) throw notNow('stream_busy');
      return typeof stream === 'string' ? null : stream.id;
    },

    async grow(place, id, message) {
      const stream = byId.get(idOf(place, id));
      // Another process has begun it, and only that one knows what it shows: the end brings the whole text.
      if (!stream) return;
      stream.wanted = toActivity({ text: withoutUnsettled(message.text) }, id, 'personal').text ?? '';
      const wasOpen = stream.state === 'open';
      try {
        await inTurn(stream, () => growNow(place, stream, message));
      } catch (error) {
        if (wasOpen && stream.state === 'cancelled') await tellStopped(place, id);
        // The next chunk repeats this one.
        if (stream.state === 'open' && isAmbiguous(error)) throw notNow(error.code, error);
        // The text goes on by updates.
        if (wasOpen && stream.state === 'over' && isRefusal(error)) throw notNow(error.code, error);
        throw error;
      }
    },

    finish,
  };
}

import type { Refusal } from './refusal.ts';
import { typingMs, type Activity, type Held, type Room, type Rooms } from './rooms.ts';

export interface Accepted {
  readonly status: 201 | 202;
  readonly body: Readonly<Record<string, string>>;
}

interface Stream {
  readonly id: string;
  readonly startedAt: number;
  requestedAt: number;
  sequence: number;
  text: string;
  end: 'completed' | 'cancelled' | 'timed out' | null;
  held: Held | null;
}

export interface Streams {
  /** Takes an activity that carries a streaminfo entity. */
  accept(room: Room, activity: Activity): Accepted | Refusal;
  /** The person's Stop button. */
  cancel(room: Room): void;
}

/** From the first chunk to the final message (streaming documentation: two minutes). */
const streamMsMax = 120_000;
/** Requests of one stream come no faster than one a second. */
const requestMsMin = 1000;
/** An informative line is at most 1 KB. */
const informativeBytesMax = 1024;

const notAllowed = (message: string): Refusal => ({ status: 403, code: 'ContentStreamNotAllowed', message });
const badArgument = (message: string): Refusal => ({ status: 400, code: 'BadArgument', message });

export const streamInfoOf = (activity: Activity) =>
  activity.entities?.find((entity) => entity.type === 'streaminfo') as
    | { readonly streamId?: string; readonly streamType?: string; readonly streamSequence?: number }
    | undefined;

export interface StreamsOptions {
  /** In ms. */
  readonly now?: () => number;
  /** Refuses requests that come too fast. */
  readonly isPaced?: boolean;
}

/** The rules of native streaming. */
export function createStreams(rooms: Rooms, { now = Date.now, isPaced = false }: StreamsOptions = {}): Streams {
  const streams = new Map<string, Map<string, Stream>>();

  const runningIn = (room: Room) =>
    [...(streams.get(room.id)?.values() ?? [])].find((stream) => stream.end === null && !isOver(stream));

  function isOver(stream: Stream): boolean {
    if (stream.end === null && now() - stream.startedAt > streamMsMax) stream.end = 'timed out';
    return stream.end !== null;
  }

  function refusalOf(stream: Stream): Refusal | null {
    if (!isOver(stream)) return null;
    if (stream.end === 'cancelled') return notAllowed('Content stream was canceled by user.');
    if (stream.end === 'timed out') return notAllowed('Content stream finished due to exceeded streaming time.');
    return notAllowed('Content stream is not allowed on an already completed streamed message.');
  }

  function show(room: Room, stream: Stream, activity: Activity): void {
    const isInformative = streamInfoOf(activity)?.streamType === 'informative';
    if (isInformative) room.typing = { text: activity.text ?? '', until: now() + streamMsMax };
    else {
      room.typing = null;
      stream.text = activity.text ?? '';
      // What is shown under the stream's id is the text so far; the stream's own entities are no part of the message.
      const message = { ...activity, type: 'message', id: stream.id };
      if (stream.held) stream.held.activity = message;
      else {
        stream.held = {
          id: stream.id,
          thread: null,
          authorId: rooms.bot.id,
          activity: message,
          edited: false,
          sentAt: new Date(now()).toISOString(),
        };
        room.messages.push(stream.held);
      }
    }
    rooms.changed(room);
  }

  function start(room: Room, activity: Activity): Accepted | Refusal {
    const info = streamInfoOf(activity);
    if (activity.type !== 'typing') return badArgument('A stream starts with a typing activity.');
    if (info?.streamSequence !== 1) return badArgument('Start streaming activities should have streamSequence 1.');
    if (runningIn(room)) return notAllowed('Content stream is not allowed: another stream is in progress.');
    const stream: Stream = {
      id: String(now() + room.messages.length),
      startedAt: now(),
      requestedAt: now(),
      sequence: 1,
      text: '',
      end: null,
      held: null,
    };
    const inRoom = streams.get(room.id) ?? new Map<string, Stream>();
    while (inRoom.has(stream.id) || room.messages.some((held) => held.id === stream.id))
      Object.assign(stream, { id: String(Number(stream.id) + 1) });
    streams.set(room.id, inRoom.set(stream.id, stream));
    show(room, stream, activity);
    return { status: 201, body: { id: stream.id } };
  }

  function advance(room: Room, stream: Stream, activity: Activity): Accepted | Refusal {
    const info = streamInfoOf(activity);
    const over = refusalOf(stream);
    if (over) return over;
    if (isPaced && now() - stream.requestedAt < requestMsMin)
      return { status: 429, code: 'TooManyRequests', message: 'API calls quota exceeded' };
    stream.requestedAt = now();
    if (activity.type === 'message') {
      if (info?.streamType !== 'final') return badArgument("A message that ends a stream has streamType 'final'.");
      if (info.streamSequence !== undefined) return badArgument('streamSequence must not be set on the final message.');
      // github.com/microsoft/Agents-for-net/issues/251: the last text may only extend what was streamed.
      if (!(activity.text ?? '').startsWith(stream.text))
        return { status: 400, code: 'BadRequest', message: 'The streamed content was changed.' };
      stream.end = 'completed';
      show(room, stream, activity);
      room.typing = null;
      return { status: 202, body: {} };
    }
    const sequence = info?.streamSequence ?? 0;
    if (!Number.isInteger(sequence) || sequence < 1)
      return badArgument('streamSequence is missing or not a positive number.');
    if (sequence <= stream.sequence)
      return { status: 202, body: { errorCode: 'ContentStreamSequenceOrderPreConditionFailed' } };
    if (info?.streamType === 'informative' && stream.text)
      return notAllowed('Content stream is not allowed: informative after streaming content.');
    if (info?.streamType === 'streaming' && !(activity.text ?? '').startsWith(stream.text)) {
      return notAllowed(
        'Content stream is not allowed: streamed content must contain the previously streamed content.',
      );
    }
    stream.sequence = sequence;
    show(room, stream, activity);
    return { status: 202, body: {} };
  }

  return {
    accept(room, activity) {
      const info = streamInfoOf(activity);
      if (room.type !== 'personal') return notAllowed('Content stream is not allowed');
      if (!['informative', 'streaming', 'final'].includes(info?.streamType ?? ''))
        return badArgument('streamType is not valid.');
      if (!activity.text && info?.streamType !== 'final')
        return badArgument('Start streaming activities should include text.');
      if (info?.streamType !== 'final' && activity.attachments?.length)
        return badArgument('Attachments are allowed on the final message only.');
      if (info?.streamType === 'informative' && Buffer.byteLength(activity.text ?? '') > informativeBytesMax) {
        return badArgument('Informative text is larger than 1 KB.');
      }
      if (!info?.streamId) return start(room, activity);
      const stream = streams.get(room.id)?.get(info.streamId);
      return stream ? advance(room, stream, activity) : badArgument('streamId is not known.');
    },
    cancel(room) {
      const stream = runningIn(room);
      if (!stream) throw new Error(`Teams lab: nothing streams in ${room.id}`);
      stream.end = 'cancelled';
      room.typing = null;
      rooms.changed(room);
    },
  };
}

export const showTyping = (room: Room): void => {
  room.typing = { text: 'typing', until: Date.now() + typingMs };
};

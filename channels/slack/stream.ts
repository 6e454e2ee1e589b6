import type { AnyChunk, KnownBlock, MessageMetadata, WebClient } from '@slack/web-api';
import type { DeliveryKey, OutboundMessage } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { createRecent } from '#core/recent.ts';
import { call } from './client.ts';
import type { SlackThread } from './keys.ts';
import { renderMessage, renderStreamed } from './render.ts';
import { createStarts } from './stream-starts.ts';

/**
 * Native streams of threads (docs.slack.dev/reference/methods/chat.startStream): text is appended and never taken back; the platform
 * ends a stream about five minutes after its start, and takes no more than 12,000 characters in it. Past these the same message
 * goes on by updates.
 */
const streamMsMax = 240_000;
const textLengthMax = 11_000;
/** So many streams are remembered. */
const streamsMax = 1000;
const task = { title: 'Looking that up' };

interface Stream {
  /** What the platform is known to have. */
  shown: string;
  readonly startedAt: number;
  /**
   * - `open`: it holds `shown`, and takes more
   * - `unsure`: a call has no known end, or another process began it: it is ended before anything else
   * - `stopped`: by its reader
   * - `over`: it is a message like any other
   */
  state: 'open' | 'unsure' | 'stopped' | 'over';
  /** Whether the platform may still show its Stop button. */
  isProcessing: boolean;
  /** Resolves when nothing is being written. */
  idle: Promise<unknown>;
}

/** A message that is, or was, a stream. */
export interface Place {
  readonly team: string;
  readonly room: string;
  readonly root: string | null;
  readonly ts: string;
  readonly key: DeliveryKey;
}

/** Who a stream outside of direct messages is for, of whatever company. */
export interface Recipient {
  readonly user: string;
  readonly team: string;
}

export interface Streams {
  /**
   * The `ts` of a stream that shows the beginning of a growing message; null where it is to be posted: the platform takes no stream
   * here, or not now. Throws ChannelError.
   */
  begin(
    client: WebClient,
    place: Omit<Place, 'ts' | 'root'> & { readonly root: string; readonly recipient: Recipient | null },
    message: OutboundMessage,
  ): Promise<string | null>;
  /** Shows the message in a stream of this or another process, and ends the stream unless more will follow. Throws ChannelError. */
  write(client: WebClient, place: Place, message: OutboundMessage): Promise<void>;
  /** Whether edits in this thread are appended. */
  isOpen(thread: Pick<SlackThread, 'team' | 'root'>): boolean;
}

const isRefusal = (error: unknown): error is ChannelError =>
  error instanceof ChannelError && error.reason === 'refused';

/** Without a fence closed for the sake of looks: what was appended stays. */
const withoutClosing = (markdown: string): string => markdown.replace(/\n[ \t>]*(?:`{3,}|~{3,})$/, '').trimEnd();

const markdownChunks = (text: string): AnyChunk[] => (text === '' ? [] : [{ type: 'markdown_text', text }]);

export const createStreams = (metadataOf: (key: DeliveryKey) => MessageMetadata, now = () => Date.now()): Streams => {
  const known = createRecent<Stream>(streamsMax);
  const growing = createRecent<Stream>(streamsMax);
  const starts = createStarts(now);
  const idOf = ({ room, ts }: Place) => `${room}:${ts}`;
  const threadOf = ({ team, root }: Pick<SlackThread, 'team' | 'root'>) => `${team}:${root}`;

  const toStream = (state: Stream['state'], shown: string): Stream => ({
    shown,
    startedAt: now(),
    state,
    isProcessing: true,
    idle: Promise.resolve(),
  });

  /** Whether the platform shows its Stop button: a nicety, which is not there everywhere. */
  const tellSession = async (client: WebClient, { room, root }: Pick<Place, 'room' | 'root'>, status: string) => {
    if (root === null) return;
    await client.agents.sessions.setStatus({ channel_id: room, thread_ts: root, status }).catch(() => undefined);
  };

  /** Notes where the stream has ended without us. */
  const noteEnd = (stream: Stream, error: unknown): void => {
    if (isRefusal(error) && error.code === 'message_not_in_streaming_state') stream.state = 'over';
    else if (isRefusal(error) && error.code === 'stopped_by_user') stream.state = 'stopped';
    // Whatever else went wrong, what it shows is not known any more.
    else if (!(error instanceof ChannelError && error.reason === 'rate_limited')) stream.state = 'unsure';
  };

  const update = async (client: WebClient, { room, ts, key }: Place, stream: Stream, message: OutboundMessage) => {
    try {
      await call(client.chat.update({ channel: room, ts, ...renderMessage(message), metadata: metadataOf(key) }));
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'streaming_state_conflict') throw error;
      stream.state = 'unsure';
      throw new ChannelError('slack', 'rate_limited', error.code, { cause: error });
    }
  };

  /** Ends the stream, with these words and blocks at its end. Throws ChannelError where that is not known. */
  const stop = async (
    client: WebClient,
    { room, ts, key }: Place,
    stream: Stream,
    rest = '',
    blocks: KnownBlock[] = [],
  ) => {
    const done = { type: 'task_update' as const, id: key, status: 'complete' as const, ...task };
    try {
      await call(
        client.chat.stopStream({
          channel: room,
          ts,
          chunks: [done, ...markdownChunks(rest)],
          blocks,
          metadata: metadataOf(key),
          session_status: 'active',
        }),
      );
      stream.state = 'over';
      stream.isProcessing = false;
      return true;
    } catch (error) {
      noteEnd(stream, error);
      if (stream.state === 'over' || stream.state === 'stopped') return false;
      throw error;
    }
  };

  const grow = async (client: WebClient, place: Place, stream: Stream, message: OutboundMessage): Promise<void> => {
    if (stream.state === 'stopped') throw new ChannelError('slack', 'refused', 'stopped_by_user');
    const wanted = withoutClosing(renderStreamed(message).markdown);
    const isFull = now() - stream.startedAt >= streamMsMax || wanted.length > textLengthMax;
    if (stream.state === 'unsure' || (stream.state === 'open' && isFull)) await stop(client, place, stream);
    if (stream.state !== 'open') return update(client, place, stream, message);
    // What does not extend the words before waits for the end.
    if (!wanted.startsWith(stream.shown) || wanted === stream.shown) return;
    const { room: channel, ts } = place;
    try {
      await call(client.chat.appendStream({ channel, ts, chunks: markdownChunks(wanted.slice(stream.shown.length)) }));
      stream.shown = wanted;
    } catch (error) {
      noteEnd(stream, error);
      throw error;
    }
  };

  const finish = async (client: WebClient, place: Place, stream: Stream, message: OutboundMessage): Promise<void> => {
    const { markdown, blocks, isPlain } = renderStreamed(message);
    if (stream.state === 'open' && isPlain && markdown.startsWith(stream.shown)) {
      const rest = markdown.slice(stream.shown.length);
      try {
        if (await stop(client, place, stream, rest, blocks)) return;
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    if (stream.state === 'open' || stream.state === 'unsure') await stop(client, place, stream);
    await update(client, place, stream, message);
    // The platform goes on showing it until it is told, also after it was pressed.
    if (!stream.isProcessing) return;
    stream.isProcessing = false;
    await tellSession(client, place, 'active');
  };

  return {
    async begin(client, place, message) {
      const { markdown, isPlain } = renderStreamed(message);
      const text = withoutClosing(markdown);
      if (!isPlain || text === '' || !starts.take(place.team, place.room)) return null;
      const looking = { type: 'task_update' as const, id: place.key, status: 'in_progress' as const, ...task };
      try {
        const { ts } = await call(
          client.chat.startStream({
            channel: place.room,
            thread_ts: place.root,
            chunks: [looking, ...markdownChunks(text)],
            ...(place.recipient
              ? { recipient_user_id: place.recipient.user, recipient_team_id: place.recipient.team }
              : {}),
          }),
        );
        if (ts === undefined) throw new ChannelError('slack', 'ambiguous', 'no_answer');
        const stream = toStream('open', text);
        known.set(idOf({ ...place, ts }), stream);
        growing.set(threadOf(place), stream);
        // Before anything that takes it back.
        stream.idle = tellSession(client, place, 'processing');
        return ts;
      } catch (error) {
        // Nothing was shown: a message of the usual kind is as good.
        if (starts.refused(place.team, place.room, error)) return null;
        throw error;
      }
    },

    write(client, place, message) {
      const stream = known.get(idOf(place)) ?? toStream('unsure', '');
      known.set(idOf(place), stream);
      const work = message.partial ? grow : finish;
      // One call after another: two at once would say the same words twice, or lose some.
      const done = stream.idle.then(() => work(client, place, stream, message));
      stream.idle = done.catch(() => undefined);
      return done;
    },

    isOpen: (thread) => growing.get(threadOf(thread))?.state === 'open',
  };
};

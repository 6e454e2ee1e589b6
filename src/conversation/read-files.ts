import type { Attachment, Channel } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { ChannelError } from '#core/errors.ts';
import type { Model } from '#core/model.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Admitted, FilesRead, ImageSent, TextSent } from '#core/turn.ts';

export interface ReadFilesParts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly clock: Clock;
  readonly model: Pick<Model, 'reads'>;
  /** Tells what a file holds by its bytes. */
  readonly readFile: (
    bytes: Uint8Array,
  ) => Promise<
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'image'; readonly mediaType: string }
    | { readonly kind: 'unknown' }
  >;
  /** Files of one turn. */
  readonly filesMax: number;
  /** Bytes of one file. */
  readonly lengthMax: number;
  /** Characters of all files of one turn. */
  readonly textLengthMax: number;
  readonly say: Say;
}

type Content =
  | { readonly text: string }
  | { readonly image: ImageSent }
  | { readonly problem: 'unreadable' | 'unfetched' };

/** Longest wait for a platform that has no time for us. */
const patienceMs = 2000;

const megabytes = (bytes: number): string => String(Math.floor(bytes / 100_000) / 10);

/** Fetches what came with the words and reads it, within limits; what cannot be read is said, file by file. */
export const readFiles = (parts: ReadFilesParts) => {
  const { channels, clock, model, filesMax, lengthMax, textLengthMax, say } = parts;

  const fetchFile = async (channel: Channel, { key }: Attachment, isLast = false): Promise<Uint8Array> => {
    try {
      return (await channel.download?.(key, lengthMax)) ?? new Uint8Array();
    } catch (error) {
      if (isLast || !(error instanceof ChannelError) || error.reason !== 'rate_limited') throw error;
      await clock.wait(Math.min(patienceMs, error.retryAfterMs ?? patienceMs));
      return fetchFile(channel, { key } as Attachment, true);
    }
  };

  const read = async (channel: Channel, file: Attachment): Promise<Content> => {
    if (!channel.download || (file.size ?? 0) > lengthMax) return { problem: 'unreadable' };
    try {
      const bytes = await fetchFile(channel, file);
      const content = await parts.readFile(bytes);
      if (content.kind === 'text') return { text: content.text };
      if (content.kind === 'image' && model.reads === 'images')
        return { image: { name: file.name, mediaType: content.mediaType, bytes } };
      return { problem: 'unreadable' };
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return { problem: error.code === 'too_large' ? 'unreadable' : 'unfetched' };
    }
  };

  return async (turn: Admitted): Promise<FilesRead | Halt> => {
    const channel = channels.get(turn.channel);
    if (turn.attachments.length === 0 || !channel) return { ...turn, texts: [], images: [], unread: null };
    const texts: TextSent[] = [];
    const images: ImageSent[] = [];
    const problems = new Map<'unreadable' | 'unfetched', string[]>();
    let left = textLengthMax;
    for (const [index, file] of turn.attachments.entries()) {
      const name = file.name || `${index + 1}`;
      const content: Content =
        index < filesMax && model.reads !== 'nothing' ? await read(channel, file) : { problem: 'unreadable' };
      if ('problem' in content) problems.set(content.problem, [...(problems.get(content.problem) ?? []), name]);
      else if ('image' in content) images.push(content.image);
      else {
        texts.push({ name, text: content.text.slice(0, left), isCut: content.text.length > left });
        left = Math.max(0, left - content.text.length);
      }
    }
    const sentence = { nothing: 'noFiles', text: 'unreadable', images: 'unreadableSeeing' } as const;
    const said = [...problems].map(([problem, names]) =>
      say(turn, problem === 'unfetched' ? 'unfetched' : sentence[model.reads], {
        files: names.join(', '),
        limit: megabytes(lengthMax),
        count: String(filesMax),
      }),
    );
    const unread = said.length > 0 ? said.join('\n\n') : null;
    if (unread !== null && !turn.hasWords && texts.length + images.length === 0)
      return new Halt('unreadable', { tell: unread, offersHuman: true });
    return { ...turn, texts, images, unread };
  };
};

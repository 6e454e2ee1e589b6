import { z } from 'zod';
import type { Attachment, AttachmentKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { readLimited } from '#core/read-limited.ts';

const requestMsMax = 30_000;
const retryAfterMs = 2000;

/** Where the platform keeps files; the address is signed and good for about a day. */
const hosts = new Set(['cdn.discordapp.com', 'media.discordapp.net']);

/** The fields we read of an attachment (discord.com/developers/docs/resources/message#attachment-object). */
const attachment = z.object({
  filename: z.string().catch(''),
  content_type: z.string().optional().catch(undefined),
  size: z.number().int().nonnegative().nullable().catch(null),
  url: z.string().min(1),
});

export const toAttachments = (list: readonly unknown[]): Attachment[] =>
  list.flatMap((item) => {
    const { data } = attachment.safeParse(item);
    if (!data) return [];
    const { filename: name, content_type: mediaType = '', size, url } = data;
    return [{ name, mediaType, size, key: url as AttachmentKey }];
  });

const refused = (code: string) => new ChannelError('discord', 'refused', code);

/** Reads a file of at most so many bytes, within 30 s, from the platform's own hosts or the one of `apiUrl`. Throws ChannelError. */
export const download = async (address: string, lengthMax: number, apiUrl: string): Promise<Uint8Array> => {
  const url = URL.parse(address);
  const isOurs =
    url && ((url.protocol === 'https:' && hosts.has(url.hostname)) || url.origin === new URL(apiUrl).origin);
  if (!isOurs) throw refused('foreign_host');
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(requestMsMax) });
    const { status } = response;
    if (status === 429 || status >= 500)
      throw new ChannelError('discord', 'rate_limited', String(status), { retryAfterMs });
    if (status !== 200) throw refused(String(status));
    const bytes = await readLimited(response, lengthMax);
    if (!bytes) throw refused('too_large');
    return bytes;
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    throw new ChannelError('discord', 'rate_limited', 'no_answer', { retryAfterMs, cause: error });
  }
};

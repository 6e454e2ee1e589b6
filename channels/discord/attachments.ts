import { z } from 'zod';
import type { Attachment, AttachmentKey } from '#core/channel.ts';
import { fetchFile } from '#core/fetch-file.ts';

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

/** Reads a file from the platform's own hosts, or from the one of `apiUrl`. Throws ChannelError. */
export const download = (address: string, lengthMax: number, apiUrl: string): Promise<Uint8Array> =>
  fetchFile({
    channel: 'discord',
    address,
    lengthMax,
    headersFor: (one) => {
      const url = URL.parse(one);
      const isOwn = url?.protocol === 'https:' && hosts.has(url.hostname);
      return isOwn || url?.origin === new URL(apiUrl).origin ? {} : null;
    },
  });

import { z } from 'zod';
import type { Attachment, AttachmentKey } from '#core/channel.ts';
import { fetchFile } from '#core/fetch-file.ts';
import type { SlackConfig } from './config.ts';
import { object, text } from './read.ts';
import type { Json } from './verify.ts';

const attachment = z.object({ team: z.string(), address: z.string() });
const toKey = (team: string, address: string): AttachmentKey => JSON.stringify({ team, address }) as AttachmentKey;

/** A file that was deleted, or that the workspace's plan hides, is only a stone in its place. */
const gone = new Set(['tombstone', 'hidden_by_limit']);

/** docs.slack.dev/reference/objects/file-object: what is said of a file is whatever its sender wrote. */
export const toAttachments = (event: Json, team: string): Attachment[] =>
  (Array.isArray(event['files']) ? event['files'] : []).flatMap((item): Attachment[] => {
    const file = object(item);
    if (gone.has(text(file['mode']) ?? '')) return [];
    const { size } = file;
    return [
      {
        name: text(file['name']) ?? text(file['title']) ?? '',
        mediaType: text(file['mimetype']) ?? '',
        size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
        key: toKey(team, text(file['url_private_download']) ?? text(file['url_private']) ?? 'nowhere'),
      },
    ];
  });

/** Where our token may go: the platform's own hosts, and what was set in their place. */
const isOurs = (address: string, { apiUrl }: SlackConfig): boolean => {
  const url = URL.parse(address);
  if (!url) return false;
  const { hostname, protocol, origin } = url;
  return origin === new URL(apiUrl).origin || (protocol === 'https:' && /(?:^|\.)slack\.com$/.test(hostname));
};

/** Reads a file with the token that this gives for a workspace. Throws ChannelError. */
export const download = async (
  key: AttachmentKey,
  lengthMax: number,
  config: SlackConfig,
  tokenOf: (team: string) => Promise<string>,
): Promise<Uint8Array> => {
  const { team, address } = attachment.parse(JSON.parse(key));
  const token = await tokenOf(team);
  return fetchFile({
    channel: 'slack',
    address,
    lengthMax,
    headersFor: (url) => (isOurs(url, config) ? { authorization: `Bearer ${token}` } : null),
    // Where `files:read` is missing a page to sign in at comes in its place.
    refuses: ({ headers }) =>
      headers.get('content-type')?.startsWith('text/html') && !headers.get('content-disposition')
        ? 'missing_scope'
        : null,
  });
};

import type { Attachment, AttachmentKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { readLimited } from '#core/read-limited.ts';
import type { SlackConfig } from './config.ts';
import { object, text } from './read.ts';
import type { Json } from './verify.ts';

const requestMsMax = 30_000;
const retryAfterMs = 2000;

/** A file that was deleted, or that the workspace's plan hides, is only a stone in its place. */
const gone = new Set(['tombstone', 'hidden_by_limit']);

/** docs.slack.dev/reference/objects/file-object: what is said of a file is whatever its sender wrote. */
export const toAttachments = (event: Json): Attachment[] =>
  (Array.isArray(event['files']) ? event['files'] : []).flatMap((item): Attachment[] => {
    const file = object(item);
    if (gone.has(text(file['mode']) ?? '')) return [];
    const { size } = file;
    return [
      {
        name: text(file['name']) ?? text(file['title']) ?? '',
        mediaType: text(file['mimetype']) ?? '',
        size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
        key: (text(file['url_private_download']) ?? text(file['url_private']) ?? 'nowhere') as AttachmentKey,
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

const refused = (code: string) => new ChannelError('slack', 'refused', code);

/**
 * Reads a file of at most so many bytes, within 30 s. Throws ChannelError: 'refused' for a host that is not Slack's, for a file
 * that is gone, too large, or kept from us (a page to sign in at comes in its place, where `files:read` is missing), else
 * 'rate_limited'.
 */
export const download = async (address: string, lengthMax: number, config: SlackConfig): Promise<Uint8Array> => {
  if (!isOurs(address, config)) throw refused('foreign_host');
  try {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${config.botToken}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(requestMsMax),
    });
    const { status, headers } = response;
    if (status === 429 || status >= 500)
      throw new ChannelError('slack', 'rate_limited', `http_${status}`, { retryAfterMs });
    if (status !== 200) throw refused(`http_${status}`);
    const isPage = headers.get('content-type')?.startsWith('text/html') && !headers.get('content-disposition');
    if (isPage) throw refused('missing_scope');
    const bytes = await readLimited(response, lengthMax);
    if (!bytes) throw refused('too_large');
    return bytes;
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    throw new ChannelError('slack', 'rate_limited', 'no_answer', { retryAfterMs, cause: error });
  }
};

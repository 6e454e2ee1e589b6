import { z } from 'zod';
import type { Attachment, AttachmentKey } from '#core/channel.ts';

const attachmentSchema = z.object({
  contentType: z.string(),
  name: z.string().catch(''),
  contentUrl: z.string().catch(''),
  content: z.unknown().optional(),
});
const downloadSchema = z.object({ downloadUrl: z.string() });

/** A file of a personal chat: its `downloadUrl` is authenticated and good for some minutes. */
const fileType = 'application/vnd.microsoft.teams.file.download.info';

/** What a message looks like (`text/html`, always there), cards, and links to files that only Graph can read (`reference`). */
const isNoFile = (contentType: string): boolean =>
  contentType.startsWith('text/html') ||
  contentType.startsWith('application/vnd.microsoft') ||
  !contentType.includes('/');

/** A file that came with a message, or null. */
export function toAttachment(item: unknown): Attachment | null {
  const { data } = attachmentSchema.safeParse(item);
  if (!data) return null;
  const { contentType, contentUrl, content } = data;
  if (contentType === fileType) {
    const url = downloadSchema.safeParse(content).data?.downloadUrl;
    return url ? { name: data.name || 'file', mediaType: '', size: null, key: url as AttachmentKey } : null;
  }
  if (isNoFile(contentType) || !contentUrl) return null;
  return { name: data.name || 'image', mediaType: contentType, size: null, key: contentUrl as AttachmentKey };
}

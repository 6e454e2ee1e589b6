import { z } from 'zod';

import type { InboundEvent, SentKey, ThreadKey } from '#core/channel.ts';

const idPattern = /^[\w-]{1,64}$/;

const messageBody = z.object({ id: z.string().regex(idPattern), text: z.string() });
const actionBody = z.object({
  id: z.string().regex(idPattern),
  action: z.string().max(64),
  message: z.string().max(128),
});

export const toThread = (visitor: string): ThreadKey => JSON.stringify({ visitor }) as ThreadKey;

const from = (visitor: string, locale: string | null) => ({
  channel: 'web',
  thread: toThread(visitor),
  sender: { id: visitor, organization: 'web', displayName: 'Web visitor', ...(locale ? { locale } : {}) },
});

/** A visitor's words or press; null when the body is not of a shape we know. The client's id makes a retry a no-op. */
export const toInboundEvent = (
  kind: 'messages' | 'actions',
  visitor: string,
  body: unknown,
  now: Date,
  locale: string | null,
): InboundEvent | null => {
  if (kind === 'messages') {
    const { data } = messageBody.safeParse(body);
    return data
      ? {
          ...from(visitor, locale),
          kind: 'message',
          id: `${visitor}:${data.id}`,
          text: data.text,
          setting: 'direct',
          addressed: true,
          sentAt: now,
        }
      : null;
  }
  const { data } = actionBody.safeParse(body);
  return data
    ? {
        ...from(visitor, locale),
        kind: 'action',
        id: `${visitor}:${data.id}`,
        action: data.action,
        message: data.message as SentKey,
        sentAt: now,
      }
    : null;
};

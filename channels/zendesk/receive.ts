import { createHmac, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import type { InboundEvent } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';

import { toThread } from './keys.ts';

/** Either way: a clock that is fast is as wrong as one that is slow. */
const ageMsMax = 5 * 60_000;

/** Throws Refused unless Zendesk signed these bytes within five minutes (developer.zendesk.com: webhooks/verifying). */
export const verify = (secret: string, headers: Headers, body: Uint8Array, now: Date): void => {
  const timestamp = headers.get('x-zendesk-webhook-signature-timestamp') ?? '';
  const given = Buffer.from(headers.get('x-zendesk-webhook-signature') ?? '', 'base64');
  const expected = createHmac('sha256', secret).update(timestamp).update(body).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Refused(401, 'bad_signature');
  if (!(Math.abs(now.getTime() - Date.parse(timestamp)) <= ageMsMax)) throw new Refused(401, 'old_signature');
};

const id = z.union([z.string(), z.number()]).transform(String);
const base = z.object({
  id: z.string(),
  type: z.string(),
  time: z.coerce.date(),
  account_id: id,
  detail: z.object({ id, external_id: z.string().nullish() }),
});
const commented = z.object({
  event: z.object({
    comment: z.object({
      body: z.string(),
      is_public: z.boolean(),
      author: z.object({ id, name: z.string(), is_staff: z.boolean() }),
    }),
  }),
});
const changed = z.object({ event: z.object({ current: z.string() }) });

/** Our own name of a ticket begins with the id of its case. */
const caseOf = (externalId: string): string | undefined => /^([0-9a-f-]{36}):ticket$/.exec(externalId)?.[1];

/**
 * What an agent wrote for the customer, or that the ticket is solved; null for all else. What is private there stays there, and what
 * we wrote ourselves comes back under our own name.
 */
export const toEvent = (payload: unknown, selfId: string): InboundEvent | null => {
  const known = base.safeParse(payload).data;
  if (!known) return null;
  const from = (sender: { id: string; name: string }) => ({
    channel: 'zendesk',
    id: known.id,
    thread: toThread({ ticket: known.detail.id }),
    sender: { id: sender.id, organization: known.account_id, displayName: sender.name },
    sentAt: known.time,
  });
  if (known.type === 'zen:event-type:ticket.comment_added') {
    const comment = commented.safeParse(payload).data?.event.comment;
    if (!comment?.is_public || !comment.author.is_staff || comment.author.id === selfId) return null;
    const { author, body } = comment;
    return { ...from(author), kind: 'message', text: body.trim(), setting: 'group', addressed: false };
  }
  if (known.type === 'zen:event-type:ticket.status_changed') {
    const status = changed.safeParse(payload).data?.event.current.toLowerCase();
    const found = caseOf(known.detail.external_id ?? '');
    if (status !== 'solved' || found === undefined) return null;
    return { ...from({ id: 'zendesk', name: 'Zendesk' }), kind: 'action', action: `resolve:${found}` };
  }
  return null;
};

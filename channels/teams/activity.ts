import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Sender } from '#core/channel.ts';
import { roomOf, toThreadKey, type ConversationKind } from './keys.ts';

/** A field that is nothing to refuse an activity for, whatever stands in it. */
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const words = optional(z.string());
const list = optional(z.array(z.unknown()));

const account = z.object({ id: z.string().min(1), name: words, aadObjectId: words, role: words });

const conversation = z.object({
  id: z.string().min(1),
  conversationType: optional(z.enum(['personal', 'groupChat', 'channel'])),
  isGroup: optional(z.boolean()),
  tenantId: words,
});
const channelData = optional(z.object({ tenant: optional(z.object({ id: words })), eventType: words }));

/** The fields we read of a Bot Framework activity. */
const activitySchema = z.object({
  type: z.string(),
  id: words,
  name: words,
  action: words,
  timestamp: optional(z.string().pipe(z.coerce.date())),
  locale: words,
  localTimezone: words,
  text: words,
  value: z.unknown().optional(),
  replyToId: words,
  from: account,
  recipient: account,
  conversation,
  channelData,
  entities: list,
  attachments: list,
  membersAdded: list,
  reactionsAdded: list,
  reactionsRemoved: list,
});

export type Activity = z.infer<typeof activitySchema>;

export const readAs = <Schema extends z.ZodType>(
  schema: Schema,
  items: readonly unknown[] | undefined,
): z.infer<Schema>[] => (items ?? []).flatMap((item) => schema.safeParse(item).data ?? []);

/** What people did, as far as it is told in full; null also for our own words. */
export function toActivityOf(payload: unknown): Activity | null {
  const { data: activity } = activitySchema.safeParse(payload);
  const isOurs = activity?.from.id === activity?.recipient.id || activity?.from.role === 'bot';
  return activity && !isOurs && tenantOf(activity) ? activity : null;
}

/** The tenant that an activity says it comes from. */
export function tenantOf(payload: unknown): string | undefined {
  const { data } = z.object({ conversation: optional(conversation.partial()), channelData }).safeParse(payload);
  return data?.conversation?.tenantId || data?.channelData?.tenant?.id;
}

export const kindOf = ({ conversation: { conversationType, isGroup } }: Activity): ConversationKind =>
  conversationType ?? (isGroup ? 'groupChat' : 'personal');

/** Names a message of a person in every event about it. */
export const messageIdOf = ({ conversation: { id: room } }: Activity, id: string): string => `${roomOf(room)}:${id}`;

/** The same for every delivery of what cannot be told apart by an id of the platform. */
export const fingerprintOf = (what: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(what)).digest('base64url');

export function senderOf(activity: Activity): Sender {
  const { from, locale, localTimezone } = activity;
  return {
    id: from.aadObjectId || from.id,
    organization: tenantOf(activity) ?? '',
    displayName: from.name ?? '',
    ...(locale ? { locale } : {}),
    ...(localTimezone ? { timezone: localTimezone } : {}),
  };
}

export const sentAtOf = ({ timestamp }: Activity): Date => timestamp ?? new Date();

export const baseOf = (activity: Activity) =>
  ({
    channel: 'teams',
    thread: toThreadKey({ kind: kindOf(activity), conversation: activity.conversation.id }),
    sender: senderOf(activity),
    sentAt: sentAtOf(activity),
  }) as const;

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { InboundAction, InboundEvent, InboundMessage, Sender } from '#core/channel.ts';
import { toSentKey, toThreadKey, type ConversationKind } from './keys.ts';

const account = z.object({
  id: z.string().min(1),
  name: z.string().optional(),
  aadObjectId: z.string().optional(),
  role: z.string().optional(),
});

/** The fields we read of a Bot Framework activity. */
const activitySchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  timestamp: z.coerce.date().optional().catch(undefined),
  serviceUrl: z.string(),
  locale: z.string().optional(),
  localTimezone: z.string().optional(),
  text: z.string().optional(),
  value: z.unknown().optional(),
  replyToId: z.string().optional(),
  from: account,
  recipient: account,
  conversation: z.object({
    id: z.string().min(1),
    conversationType: z.enum(['personal', 'groupChat', 'channel']).optional(),
    isGroup: z.boolean().optional(),
    tenantId: z.string().optional(),
  }),
  channelData: z
    .object({ tenant: z.object({ id: z.string() }).optional() })
    .nullish()
    .catch(undefined),
  entities: z.array(z.unknown()).nullish(),
});

type Activity = z.infer<typeof activitySchema>;

const mentionSchema = z.object({
  type: z.literal('mention'),
  mentioned: z.object({ id: z.string() }),
  text: z.string().min(1),
});
const executeSchema = z.object({
  action: z.object({ verb: z.string().min(1), data: z.record(z.string(), z.unknown()).nullish() }),
});
const submitSchema = z.looseObject({ verb: z.string().min(1) });

/** The tenant that an activity says it comes from. */
export function tenantOf(payload: unknown): string | undefined {
  const tenant = z
    .object({
      conversation: activitySchema.shape.conversation.partial().optional(),
      channelData: activitySchema.shape.channelData,
    })
    .safeParse(payload);
  return tenant.data?.conversation?.tenantId ?? tenant.data?.channelData?.tenant?.id;
}

/** An authenticated activity, or null when it is not for us: typing, installs, edits, our own words. */
export function toEvent(payload: unknown): InboundEvent | null {
  const { data: activity } = activitySchema.safeParse(payload);
  if (!activity || activity.from.id === activity.recipient.id || activity.from.role === 'bot') return null;
  if (activity.type === 'invoke') return activity.name === 'adaptiveCard/action' ? toExecuted(activity) : null;
  if (activity.type !== 'message' || !activity.id) return null;
  // Action.Submit comes as a message without text: it must not become an empty turn.
  return activity.value === undefined || activity.value === null
    ? toMessage(activity, activity.id)
    : toSubmitted(activity, activity.id);
}

const kindOf = ({ conversation }: Activity): ConversationKind =>
  conversation.conversationType ?? (conversation.isGroup ? 'groupChat' : 'personal');

function baseOf(activity: Activity) {
  const { conversation, serviceUrl, from, locale, localTimezone } = activity;
  const sender: Sender = {
    id: from.aadObjectId ?? from.id,
    organization: conversation.tenantId ?? activity.channelData?.tenant?.id ?? '',
    displayName: from.name ?? '',
    ...(locale ? { locale } : {}),
    ...(localTimezone ? { timezone: localTimezone } : {}),
  };
  const thread = toThreadKey({ kind: kindOf(activity), conversation: conversation.id, serviceUrl });
  return { channel: 'teams', thread, sender, sentAt: activity.timestamp ?? new Date() } as const;
}

function toMessage(activity: Activity, id: string): InboundMessage {
  const mentions = (activity.entities ?? []).flatMap((entity) => mentionSchema.safeParse(entity).data ?? []);
  const ours = mentions.filter(({ mentioned }) => mentioned.id === activity.recipient.id);
  const isDirect = kindOf(activity) === 'personal';
  return {
    ...baseOf(activity),
    kind: 'message',
    id: `${activity.conversation.id}:${id}`,
    // Counts up within a conversation, also within one millisecond.
    order: id,
    text: withoutMentions(activity.text ?? '', ours),
    setting: isDirect ? 'direct' : 'group',
    addressed: isDirect || ours.length > 0,
  };
}

/** Other people's mentions stay as words. */
function withoutMentions(text: string, ours: readonly { text: string }[]): string {
  const rest = ours.reduce((left, mention) => left.replaceAll(mention.text, ''), text);
  return rest
    .replaceAll(/<at[^>]*>(.*?)<\/at>/g, '@$1')
    .replaceAll(/&nbsp;|\u{a0}/gu, ' ')
    .trim();
}

function toAction(
  activity: Activity,
  id: string,
  verb: string,
  data: Readonly<Record<string, unknown>>,
): InboundAction | null {
  if (!activity.replyToId) return null;
  const typed = data[`${verb}:text`];
  const text = typeof typed === 'string' ? typed.trim() : '';
  return {
    ...baseOf(activity),
    kind: 'action',
    id,
    action: verb,
    message: toSentKey(activity.conversation.id, activity.replyToId),
    ...(text ? { text } : {}),
  };
}

/** A redelivered press comes with a new activity id, so its identity is what was pressed, by whom, with which words. */
function toExecuted(activity: Activity): InboundAction | null {
  const { data: value } = executeSchema.safeParse(activity.value);
  if (!value) return null;
  const { verb, data } = value.action;
  const pressed = JSON.stringify([activity.conversation.id, activity.replyToId, verb, activity.from.id, data ?? {}]);
  return toAction(activity, `press:${createHash('sha256').update(pressed).digest('base64url')}`, verb, data ?? {});
}

function toSubmitted(activity: Activity, id: string): InboundAction | null {
  const { data: value } = submitSchema.safeParse(activity.value);
  return value ? toAction(activity, `${activity.conversation.id}:${id}`, value.verb, value) : null;
}

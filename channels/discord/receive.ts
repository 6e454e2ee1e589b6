import { z } from 'zod';
import type {
  InboundAction,
  InboundChange,
  InboundFeedback,
  InboundMessage,
  InboundStop,
  Sender,
} from '#core/channel.ts';
import { toAttachments } from './attachments.ts';
import { toSentKey, toThreadKey } from './keys.ts';

/** An id of the platform, which tells its time as well: an unsigned number of 64 bits. */
export const snowflake = z.string().regex(/^\d{1,20}$/);

export const userSchema = z.object({
  id: snowflake,
  username: z.string(),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});
export const memberSchema = z.object({ nick: z.string().nullish() });

/** The fields we read of MESSAGE_CREATE. */
const messageSchema = z.object({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  author: userSchema,
  member: memberSchema.optional(),
  webhook_id: z.string().optional(),
  type: z.number(),
  content: z.string(),
  timestamp: z.coerce.date(),
  attachments: z.array(z.unknown()).catch([]),
  mentions: z.array(z.object({ id: snowflake, username: z.string(), global_name: z.string().nullish() })),
});

/** The fields that say where a message stands, whoever wrote it. */
const readSchema = z.object({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  author: z.object({ id: snowflake }),
  mentions: z.array(z.object({ id: snowflake })),
});

/** The fields we read of INTERACTION_CREATE for a button (3) or a modal (5). */
const interactionSchema = z.object({
  id: snowflake,
  token: z.string(),
  type: z.union([z.literal(3), z.literal(5)]),
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  locale: z.string().optional(),
  user: userSchema.optional(),
  member: memberSchema.extend({ user: userSchema }).optional(),
  message: z.object({
    id: snowflake,
    flags: z.number().default(0),
    thread: z.object({ id: snowflake }).optional(),
    components: z.array(z.unknown()).default([]),
  }),
  data: z.object({ custom_id: z.string().regex(/^(?!:asks$)./s), components: z.array(z.unknown()).optional() }),
});

export type Interaction = z.infer<typeof interactionSchema>;

/** A message of a room that can be read. */
export interface Read {
  readonly room: string;
  /** The server of the room; a direct message has none. */
  readonly guild: string | undefined;
  readonly id: string;
  /** A direct message, one that addresses us or one of our own: its room is worth remembering. */
  readonly isOurs: boolean;
}

/** What people write: default, reply, slash command, context menu command. All other types are notices of the platform. */
export const writtenTypes: ReadonlySet<number> = new Set([0, 19, 20, 23]);
const hasThreadFlag = 1 << 5;
/** The custom id of a button that asks for text ends so. */
export const asksSuffix = ':asks';

/** The first millisecond of 2015: the upper bits of an id count from there. */
const epochMs = 1_420_070_400_000n;
export const madeAt = (snowflake: string): Date => new Date(Number((BigInt(snowflake) >> 22n) + epochMs));
/** The first id of that moment. */
export const snowflakeOf = (at: Date): string => String((BigInt(at.getTime()) - epochMs) << 22n);

export function toSender(
  user: z.infer<typeof userSchema>,
  nick: string | null | undefined,
  guild: string | undefined,
  locale?: string,
): Sender {
  return {
    id: user.id,
    organization: guild ?? 'direct',
    displayName: nick ?? user.global_name ?? user.username,
    ...(locale ? { locale } : {}),
  };
}

/** A MESSAGE_CREATE dispatch, or null for what bots, webhooks and the platform itself write. */
export function toMessage(payload: unknown, selfId: string): InboundMessage | null {
  const { data: message } = messageSchema.safeParse(payload);
  if (!message || message.author.bot || message.webhook_id || !writtenTypes.has(message.type)) return null;
  const isDirect = message.guild_id === undefined;
  const isToUs = message.mentions.some(({ id }) => id === selfId);
  const attachments = toAttachments(message.attachments);
  return {
    channel: 'discord',
    kind: 'message',
    id: message.id,
    thread: toThreadKey({ room: message.channel_id }),
    sender: toSender(message.author, message.member?.nick, message.guild_id),
    sentAt: message.timestamp,
    text: withoutMentions(message, selfId),
    ...(attachments.length > 0 ? { attachments } : {}),
    setting: isDirect ? 'direct' : 'group',
    // Only our own id counts: @everyone is not a question to us.
    addressed: isDirect || isToUs,
    ...(!isDirect && !isToUs && message.mentions.length > 0 ? { aside: true } : {}),
  };
}

/** The dispatches that tell of one. */
export type ChangeEvent = 'MESSAGE_UPDATE' | 'MESSAGE_DELETE' | 'MESSAGE_REACTION_ADD' | 'MESSAGE_REACTION_REMOVE';

const deletionSchema = z.object({ id: snowflake, channel_id: snowflake });
const reactionSchema = z.object({
  user_id: snowflake,
  channel_id: snowflake,
  message_id: snowflake,
  guild_id: snowflake.optional(),
  message_author_id: z.string().optional(),
  member: memberSchema.extend({ user: userSchema.optional() }).optional(),
  emoji: z.object({ name: z.string().nullish() }),
});

/** A MESSAGE_UPDATE in which the writer changed the words, or null: links that unfurl and pins are told as updates, too. */
function toEdit(payload: unknown, selfId: string): InboundChange | null {
  const { data: edited } = messageSchema
    .omit({ type: true })
    .extend({ edited_timestamp: z.coerce.date() })
    .safeParse(payload);
  // Null is a date to zod's coercion: the first moment of 1970.
  if (!edited || edited.author.bot || edited.webhook_id || edited.edited_timestamp.getTime() === 0) return null;
  return {
    kind: 'edited',
    channel: 'discord',
    id: `${edited.id}:${edited.edited_timestamp.toISOString()}`,
    of: edited.id,
    text: withoutMentions(edited, selfId),
    sentAt: edited.edited_timestamp,
  };
}

/** A MESSAGE_DELETE, which tells nothing but the id. */
function toDeletion(payload: unknown, now = new Date()): InboundChange | null {
  const { data: deleted } = deletionSchema.safeParse(payload);
  return deleted
    ? { kind: 'deleted', channel: 'discord', id: `${deleted.id}:deleted`, of: deleted.id, sentAt: now }
    : null;
}

/** Skin tones follow the hand. */
const ratingOf = (emoji: string): InboundFeedback['rating'] =>
  emoji.startsWith('👍') ? 'good' : emoji.startsWith('👎') ? 'bad' : null;

/** A MESSAGE_REACTION_ADD or _REMOVE of a thumb, or null. */
function toReaction(payload: unknown, isAdded: boolean, selfId: string, now = new Date()): InboundFeedback | null {
  const { data: reaction } = reactionSchema.safeParse(payload);
  const rating = ratingOf(reaction?.emoji.name ?? '');
  if (!reaction || !rating || reaction.user_id === selfId || reaction.member?.user?.bot) return null;
  const { user_id: id, channel_id: room, message_id: message, guild_id: guild, member } = reaction;
  const user = member?.user ?? { id, username: id };
  return {
    kind: 'feedback',
    channel: 'discord',
    // The platform gives reactions no id; the latest one counts, so one that is told again does no harm.
    id: [message, id, rating, isAdded, now.getTime()].join(':'),
    sender: toSender({ ...user, id }, member?.nick, guild),
    sentAt: now,
    message: toSentKey(room, message),
    rating: isAdded ? rating : null,
  };
}

/** What happened to a message that was there already, by the name of the dispatch; null where it is not for us. */
export function toChanged(
  event: ChangeEvent,
  payload: unknown,
  selfId: string,
): InboundChange | InboundFeedback | null {
  switch (event) {
    case 'MESSAGE_UPDATE':
      return toEdit(payload, selfId);
    case 'MESSAGE_DELETE':
      return toDeletion(payload);
    default:
      return toReaction(payload, event === 'MESSAGE_REACTION_ADD', selfId);
  }
}

/** How far a MESSAGE_CREATE brings the reading of its room; null when it is none. */
export function toRead(payload: unknown, selfId: string): Read | null {
  const { data: message } = readSchema.safeParse(payload);
  if (!message) return null;
  const { id, channel_id: room, guild_id: guild, author, mentions } = message;
  return { id, room, guild, isOurs: !guild || author.id === selfId || mentions.some((user) => user.id === selfId) };
}

/** Our mention goes, the mentions of others become their names. */
function withoutMentions(
  { content, mentions }: Pick<z.infer<typeof messageSchema>, 'content' | 'mentions'>,
  selfId: string,
): string {
  const names = new Map(mentions.map((user) => [user.id, user.global_name ?? user.username]));
  return content
    .replaceAll(/<@!?(\d+)>/g, (mention, id: string) =>
      id === selfId ? '' : names.has(id) ? `@${names.get(id)}` : mention,
    )
    .trim();
}

/** An INTERACTION_CREATE dispatch of a button or a modal, or null. */
export const toInteraction = (payload: unknown): Interaction | null =>
  interactionSchema.safeParse(payload).data ?? null;

/** Ends in the rating: the thumbs below an answer. */
export const judgesPrefix = 'judges:';
/** A button that says its label as the person's words. */
export const saysPrefix = 'says:';
/** The button below an answer that is still being written. */
export const stopId = 'stops';

type Pressed = InboundAction | InboundFeedback | InboundMessage | InboundStop;

/** A button without question or a filled modal; null for a button that still has to ask. */
export function toPress(interaction: Interaction): Pressed | null {
  const { data, message, member } = interaction;
  const user = interaction.user ?? member?.user;
  if (!user || (interaction.type === 3 && data.custom_id.endsWith(asksSuffix))) return null;
  const text = interaction.type === 5 ? typedIn(data.components ?? []).trim() : '';
  // The thread that was started from a message has the message's id.
  const thread = message.thread?.id ?? (message.flags & hasThreadFlag ? message.id : interaction.channel_id);
  const base = {
    channel: 'discord',
    id: interaction.id,
    thread: toThreadKey({ room: thread }),
    sender: toSender(user, member?.nick, interaction.guild_id, interaction.locale),
    sentAt: madeAt(interaction.id),
  };
  if (data.custom_id.startsWith(judgesPrefix)) {
    const rating = data.custom_id.slice(judgesPrefix.length);
    if (rating !== 'good' && rating !== 'bad') return null;
    return { ...base, kind: 'feedback', message: toSentKey(interaction.channel_id, message.id), rating };
  }
  if (data.custom_id.startsWith(saysPrefix)) {
    const setting = interaction.guild_id === undefined ? 'direct' : 'group';
    return { ...base, kind: 'message', text: labelOf(interaction), setting, addressed: true };
  }
  if (data.custom_id === stopId) return { ...base, kind: 'stopped' };
  return {
    ...base,
    kind: 'action',
    action: data.custom_id.endsWith(asksSuffix) ? data.custom_id.slice(0, -asksSuffix.length) : data.custom_id,
    message: toSentKey(interaction.channel_id, message.id),
    ...(text ? { text } : {}),
  };
}

interface Component {
  readonly value?: unknown;
  readonly custom_id?: unknown;
  readonly label?: unknown;
  readonly component?: unknown;
  readonly components?: unknown;
}

const flatten = (components: readonly unknown[]): Component[] =>
  components.flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { component, components: inner } = one as Component;
    return [one as Component, ...flatten([...(component ? [component] : []), ...(Array.isArray(inner) ? inner : [])])];
  });

const typedIn = (components: readonly unknown[]): string =>
  flatten(components).flatMap(({ value }) => (typeof value === 'string' ? value : []))[0] ?? '';

/** What is written on the pressed button. */
export function labelOf({ message, data }: Interaction): string {
  const button = flatten(message.components).find(({ custom_id: id }) => id === data.custom_id);
  return typeof button?.label === 'string' && button.label ? button.label : 'Your answer';
}

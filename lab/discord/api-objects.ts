import { flag } from './form.ts';
import type { Channel, Message, User, World } from './world.ts';

const joinedAt = '2024-01-01T00:00:00.000000+00:00';
/** What the bot and everyone may do: all that a text channel needs. */
const permissions = '1071698660929';

/** A guild member as the API writes one. */
export const memberOf = (user: User): Record<string, unknown> => ({
  user,
  nick: null,
  avatar: null,
  roles: [],
  joined_at: joinedAt,
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
  permissions,
});

/** A message as the API writes one, with the message it answers and the thread it started. */
export function messageToApi(
  world: World,
  { allowedMentions: _allowed, ...message }: Message,
): Record<string, unknown> {
  const { message_reference: reference } = message;
  const answered = reference ? world.messages.get(reference.message_id) : undefined;
  const thread = message.flags & flag.hasThread ? world.channels.get(message.id) : undefined;
  return {
    ...message,
    tts: false,
    pinned: false,
    mention_roles: [],
    mention_channels: [],
    reactions: [],
    ...(reference ? { referenced_message: answered ? plain(world, answered) : null } : {}),
    ...(thread ? { thread: channelToApi(world, thread) } : {}),
  };
}

/** One level deep: an answered message does not carry what it answers. */
function plain(world: World, { message_reference: _reference, ...message }: Message): Record<string, unknown> {
  return messageToApi(world, message);
}

export function channelToApi(world: World, channel: Channel): Record<string, unknown> {
  const base = { id: channel.id, type: channel.type, last_message_id: channel.last_message_id, flags: 0 };
  if (channel.type === 1) return { ...base, recipients: channel.recipients };
  const guild = {
    ...base,
    guild_id: world.guildId,
    name: channel.name,
    parent_id: channel.parent_id,
    rate_limit_per_user: 0,
  };
  if (channel.type === 0) return { ...guild, position: 0, permission_overwrites: [], topic: null, nsfw: false };
  const metadata = {
    archived: channel.archived,
    auto_archive_duration: 1440,
    archive_timestamp: joinedAt,
    locked: channel.locked,
  };
  return {
    ...guild,
    owner_id: world.bot.id,
    message_count: 0,
    member_count: 1,
    total_message_sent: 0,
    thread_metadata: metadata,
  };
}

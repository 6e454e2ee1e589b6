import type { World } from './world.ts';

export function applicationData(world: World): Record<string, unknown> {
  const flags = 1 << 18;
  return { id: world.applicationId, name: world.bot.global_name, description: '', icon: null, bot: world.bot, bot_public: false, bot_require_code_grant: false, verify_key: '0'.repeat(64), summary: '', team: null, owner: world.bot, flags };
}

export const readyData = (world: World, sessionId: string, resumeUrl: string): Record<string, unknown> => ({
  v: 10,
  user: { ...world.bot, email: null, mfa_enabled: true, verified: true },
  guilds: [{ id: world.guildId, unavailable: true }],
  session_id: sessionId,
  session_type: 'normal',
  resume_gateway_url: resumeUrl,
  shard: [0, 1],
  application: { id: world.applicationId, flags: 1 << 18 },
  private_channels: [],
  relationships: [],
  user_settings: {},
  guild_join_requests: [],
  auth: {},
  _trace: ['lab'],
});

/** The guild with everything a client caches from `GUILD_CREATE`. */
export function guildData(world: World): Record<string, unknown> {
  const inGuild = [...world.channels.values()].filter((channel) => channel.type !== 1);
  const everyone = { id: world.guildId, name: '@everyone', color: 0, colors: { primary_color: 0, secondary_color: null, tertiary_color: null }, hoist: false, icon: null, unicode_emoji: null, position: 0, permissions: '1071698660929', managed: false, mentionable: false, flags: 0 };
  return {
    id: world.guildId,
    name: 'Contoso',
    icon: null,
    icon_hash: null,
    splash: null,
    discovery_splash: null,
    owner_id: [...world.users.values()].find((user) => !user.bot)?.id ?? world.bot.id,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    roles: [everyone],
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    max_presences: null,
    max_members: 500_000,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    nsfw_level: 0,
    nsfw: false,
    hub_type: null,
    incidents_data: null,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    large: false,
    unavailable: false,
    member_count: world.users.size,
    voice_states: [],
    members: [...world.users.values()].map(world.memberOf),
    channels: inGuild.filter((channel) => channel.type === 0).map(world.channelToApi),
    threads: inGuild.filter((channel) => channel.type === 11).map(world.channelToApi),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    version: 1,
  };
}

import type { Channel } from '#core/channel.ts';
import { given } from '#core/given.ts';

import { createDiscordChannel } from './discord/channel.ts';
import { createSlackChannel } from './slack/channel.ts';
import { createSmsChannel } from './sms/channel.ts';
import type { SmsSettings } from './sms/config.ts';
import { createTeamsChannel } from './teams/channel.ts';
import { createZendeskChannel } from './zendesk/channel.ts';
import type { TeamsSettings } from './teams/config.ts';

/** Values of the environment by the name their vendor gives them. */
export type Credentials = Readonly<Record<string, string | undefined>>;

/** What an operator decides for a channel, by its name. */
export interface ChannelSettings {
  readonly sms?: SmsSettings;
}

/** Every channel that has credentials, by name: each is on when its own are set. */
export const registry: Readonly<
  Record<string, (credentials: Credentials, settings?: ChannelSettings) => Channel | null>
> = {
  slack: (from) =>
    from['SLACK_SIGNING_SECRET'] && (from['SLACK_BOT_TOKEN'] || from['SLACK_CLIENT_ID'])
      ? createSlackChannel(
          given({
            botToken: from['SLACK_BOT_TOKEN'],
            signingSecret: from['SLACK_SIGNING_SECRET'],
            appToken: from['SLACK_APP_TOKEN'],
            clientId: from['SLACK_CLIENT_ID'],
            clientSecret: from['SLACK_CLIENT_SECRET'],
            teamId: from['SLACK_TEAM_ID'],
            publicUrl: from['FIRSTLINE_PUBLIC_URL'],
            apiUrl: from['SLACK_API_URL'],
          }),
        )
      : null,
  teams: (from) =>
    from['MicrosoftAppId'] && (from['MicrosoftAppPassword'] || from['MicrosoftAppClientId'])
      ? createTeamsChannel(
          given({
            appId: from['MicrosoftAppId'],
            appPassword: from['MicrosoftAppPassword'],
            identityClientId: from['MicrosoftAppClientId'],
            identityEndpoint: from['IDENTITY_ENDPOINT'],
            identityHeader: from['IDENTITY_HEADER'],
            appType: (from['MicrosoftAppType'] ??
              (from['MicrosoftAppTenantId'] ? 'SingleTenant' : 'MultiTenant')) as TeamsSettings['appType'],
            tenantId: from['MicrosoftAppTenantId'],
            openIdMetadataUrl: from['TEAMS_OPENID_METADATA_URL'],
            loginUrl: from['TEAMS_LOGIN_URL'],
            issuer: from['TEAMS_ISSUER'],
            serviceUrls: from['TEAMS_SERVICE_URLS']?.split(',').map((url) => url.trim()),
          }),
        )
      : null,
  discord: (from) =>
    from['DISCORD_TOKEN']
      ? createDiscordChannel(given({ token: from['DISCORD_TOKEN'], apiUrl: from['DISCORD_API_URL'] }))
      : null,
  zendesk: (from) =>
    from['ZENDESK_URL'] && from['ZENDESK_TICKETS_ACCESS']
      ? createZendeskChannel(
          given({
            url: from['ZENDESK_URL'],
            access: from['ZENDESK_TICKETS_ACCESS'],
            webhookSecret: from['ZENDESK_WEBHOOK_SECRET'],
          }),
        )
      : null,
  sms: (from, { sms } = {}) =>
    from['TWILIO_ACCOUNT_SID'] && from['TWILIO_AUTH_TOKEN'] && from['TWILIO_FROM']
      ? createSmsChannel(
          given({
            accountSid: from['TWILIO_ACCOUNT_SID'],
            authToken: from['TWILIO_AUTH_TOKEN'],
            ...sms,
            from: from['TWILIO_FROM'],
            messagingServiceSid: from['TWILIO_MESSAGING_SERVICE_SID'],
            apiUrl: from['TWILIO_API_URL'],
            publicUrl: from['FIRSTLINE_PUBLIC_URL'],
          }),
        )
      : null,
};

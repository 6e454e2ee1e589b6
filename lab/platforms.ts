import { randomBytes } from 'node:crypto';

import { openDiscordLab, type DiscordLab } from './discord/server.ts';
import type { Pane } from './pane.ts';
import { openSlackLab, type SlackLab } from './slack/server.ts';
import { openTeamsLab, type TeamsLab } from './teams/server.ts';
import { openTwilioLab, type TwilioLab, type TwilioLabOptions } from './twilio/server.ts';

export interface Seat {
  readonly pane: Pane;
  readonly room: string;
  readonly user: string;
}

/** All platforms in a box with one customer on each, and an agent in the desk's room on Slack. */
export interface Platforms extends AsyncDisposable {
  /** What a client is told to reach them, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** The servers themselves, for faults, counters and state. */
  readonly servers: Readonly<{ slack: SlackLab; teams: TeamsLab; discord: DiscordLab; twilio: TwilioLab }>;
  readonly seats: Readonly<Record<'slack' | 'teams' | 'discord' | 'sms' | 'desk', Seat>>;
  /** Tells them where the bot listens. */
  connect(url: string): void;
}

const secret = (): string => randomBytes(16).toString('hex');
const ourNumber = '+15005550006';
const customerNumber = '+14155550142';

/** In a server's channel a bot is spoken to by mention; the page writes it for the newcomer. */
const mentioning = (pane: Pane, bot: string): Pane => ({
  ...pane,
  say: (say) => pane.say({ ...say, text: say.text.includes(`<@${bot}>`) ? say.text : `<@${bot}> ${say.text}` }),
});

export interface PlatformsOptions {
  readonly rateLimits?: 'on' | 'off';
  readonly twilio?: Partial<Pick<TwilioLabOptions, 'from' | 'templates'>>;
}

export const openPlatforms = async ({ twilio: phones, ...options }: PlatformsOptions = {}): Promise<Platforms> => {
  const slackSecrets = { signingSecret: secret(), botToken: `xoxb-${secret()}` };
  const teamsSecrets = {
    appId: 'f1f1f1f1-0000-4000-8000-00000000f1f1',
    appPassword: secret(),
    tenantId: '7e7e7e7e-0000-4000-8000-000000007e7e',
  };
  const twilioSecrets = { accountSid: `AC${secret()}`, authToken: secret(), from: phones?.from ?? ourNumber };
  const discordToken = secret();
  const slack = await openSlackLab({ ...slackSecrets, botName: 'Firstline', ...options });
  const teams = await openTeamsLab({ ...teamsSecrets, ...options });
  const discord = await openDiscordLab({ token: discordToken, ...options });
  const twilio = await openTwilioLab({ ...phones, ...twilioSecrets, ...options });

  const ada = slack.addUser({ name: 'Ada Palmer' });
  const ana = slack.addUser({ name: 'Ana Torres' });
  const direct = slack.addRoom({ name: ada.name, kind: 'im', user: ada.id });
  const desk = slack.addRoom({ name: 'support-desk', kind: 'channel' });
  const ben = teams.addUser({ name: 'Ben Okafor' });
  const chat = await teams.addRoom({ type: 'personal', members: [ben.id] });
  const cleo = discord.addUser({ name: 'cleo' });
  const channel = discord.addRoom({ type: 'text', name: 'help' });

  return {
    environment: {
      SLACK_BOT_TOKEN: slackSecrets.botToken,
      SLACK_SIGNING_SECRET: slackSecrets.signingSecret,
      SLACK_API_URL: slack.url,
      MicrosoftAppId: teamsSecrets.appId,
      MicrosoftAppPassword: teamsSecrets.appPassword,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: teamsSecrets.tenantId,
      TEAMS_OPENID_METADATA_URL: teams.openIdMetadataUrl,
      TEAMS_LOGIN_URL: teams.loginUrl,
      TEAMS_ISSUER: teams.issuer,
      TEAMS_SERVICE_URLS: teams.serviceUrl,
      DISCORD_TOKEN: discordToken,
      DISCORD_API_URL: discord.url,
      TWILIO_ACCOUNT_SID: twilioSecrets.accountSid,
      TWILIO_AUTH_TOKEN: twilioSecrets.authToken,
      TWILIO_FROM: twilioSecrets.from,
      TWILIO_API_URL: twilio.url,
      FIRSTLINE_DESK__CHANNEL: 'slack',
      FIRSTLINE_DESK__ROOM: desk.id,
    },
    servers: { slack, teams, discord, twilio },
    seats: {
      slack: { pane: slack.pane, room: direct.id, user: ada.id },
      teams: { pane: teams.pane, room: chat, user: ben.id },
      discord: { pane: mentioning(discord.pane, discord.bot.id), room: channel, user: cleo.id },
      sms: { pane: twilio.pane, room: customerNumber, user: customerNumber },
      desk: { pane: slack.pane, room: desk.id, user: ana.id },
    },
    connect: (url) => {
      slack.setEventsUrl(`${url}/channels/slack/events`);
      teams.setBotUrl(`${url}/channels/teams/messages`);
      twilio.setInboundUrl(`${url}/channels/sms/inbound`);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([slack.close(), teams.close(), discord.close(), twilio.close()]);
    },
  };
};

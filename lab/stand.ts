import { openAnthropicLab } from './anthropic/server.ts';
import { openDiscordLab } from './discord/server.ts';
import type { ServerName } from './faults/script.ts';
import { openLangfuseLab } from './langfuse/server.ts';
import type { LabServer } from './pane.ts';
import { openSlackLab } from './slack/server.ts';
import { openTeamsLab } from './teams/server.ts';
import { openTwilioLab } from './twilio/server.ts';

/** One server that runs alone, with people in it and everything a client needs to reach it. */
export interface Stand {
  readonly server: LabServer;
  /** What a client is told, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it sends events, if it sends any. */
  readonly eventsUrl?: string;
  /** Somebody who can speak to the bot, and where. */
  readonly seat?: { readonly room: string; readonly user: string };
  readonly note?: string;
}

export interface StandOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the bot is, or for this server the whole address its events go to. */
  readonly bot: { readonly baseUrl: string; readonly eventsUrl?: string };
}

/** Nothing here opens anything but the lab, so the same ones every time keep a client's settings good from run to run. */
const secrets = {
  slack: { signingSecret: 'lab-signing-secret', botToken: 'xoxb-lab', appToken: 'xapp-lab' },
  teams: {
    appId: 'f1f1f1f1-0000-4000-8000-00000000f1f1',
    appPassword: 'lab-password',
    tenantId: '7e7e7e7e-0000-4000-8000-000000007e7e',
  },
  discord: { token: 'lab-discord-token' },
  twilio: { accountSid: `AC${'1ab'.padStart(32, '0')}`, authToken: 'lab-auth-token', from: '+15005550006' },
  anthropic: { apiKey: 'sk-ant-lab' },
  langfuse: { publicKey: 'pk-lf-lab', secretKey: 'sk-lf-lab' },
};

const person = '+14155550142';

const open: Readonly<Record<ServerName, (options: StandOptions) => Promise<Stand>>> = {
  slack: async ({ port, bot }) => {
    const eventsUrl = bot.eventsUrl ?? `${bot.baseUrl}/channels/slack/events`;
    const server = await openSlackLab({ ...secrets.slack, teamId: 'T0LAB00000', port, eventsUrl });
    const ada = server.addUser({ id: 'U0ADA00000', name: 'Ada Palmer', email: 'ada@example.com' });
    server.addUser({ id: 'U0ANA00000', name: 'Ana Torres', email: 'ana@example.com' });
    const direct = server.addRoom({ id: 'D0ADA00000', name: ada.name, kind: 'im', user: ada.id });
    server.addRoom({ id: 'C0HELP0000', name: 'help', kind: 'channel' });
    const desk = server.addRoom({ id: 'C0DESK0000', name: 'support-desk', kind: 'channel' });
    return {
      server,
      environment: {
        SLACK_BOT_TOKEN: secrets.slack.botToken,
        SLACK_SIGNING_SECRET: secrets.slack.signingSecret,
        SLACK_API_URL: server.url,
        FIRSTLINE_DESK__CHANNEL: 'slack',
        FIRSTLINE_DESK__ROOM: desk.id,
      },
      eventsUrl,
      seat: { room: direct.id, user: ada.id },
      note: `for Socket Mode also SLACK_APP_TOKEN=${secrets.slack.appToken}; then nothing is sent over HTTP`,
    };
  },

  teams: async ({ port, bot }) => {
    const eventsUrl = bot.eventsUrl ?? `${bot.baseUrl}/channels/teams/messages`;
    const server = await openTeamsLab({ ...secrets.teams, port });
    const ben = server.addUser({ id: '29:1ben', name: 'Ben Okafor' });
    const room = await server.addRoom({ id: 'a:1ben', type: 'personal', members: [ben.id] });
    server.setBotUrl(eventsUrl);
    return {
      server,
      environment: {
        MicrosoftAppId: secrets.teams.appId,
        MicrosoftAppPassword: secrets.teams.appPassword,
        MicrosoftAppType: 'SingleTenant',
        MicrosoftAppTenantId: secrets.teams.tenantId,
        TEAMS_OPENID_METADATA_URL: server.openIdMetadataUrl,
        TEAMS_LOGIN_URL: server.loginUrl,
        TEAMS_ISSUER: server.issuer,
        TEAMS_SERVICE_URLS: server.serviceUrl,
      },
      eventsUrl,
      seat: { room, user: ben.id },
    };
  },

  discord: async ({ port }) => {
    const server = await openDiscordLab({ ...secrets.discord, port });
    const cleo = server.addUser({ name: 'cleo' });
    server.addRoom({ type: 'text', name: 'help' });
    return {
      server,
      environment: { DISCORD_TOKEN: secrets.discord.token, DISCORD_API_URL: server.url },
      seat: { room: server.addRoom({ type: 'direct', user: cleo.id }), user: cleo.id },
    };
  },

  twilio: async ({ port, bot }) => {
    const eventsUrl = bot.eventsUrl ?? `${bot.baseUrl}/channels/sms/inbound`;
    const server = await openTwilioLab({ ...secrets.twilio, port, inboundUrl: eventsUrl });
    return {
      server,
      environment: {
        TWILIO_ACCOUNT_SID: secrets.twilio.accountSid,
        TWILIO_AUTH_TOKEN: secrets.twilio.authToken,
        TWILIO_FROM: secrets.twilio.from,
        TWILIO_API_URL: server.url,
        FIRSTLINE_PUBLIC_URL: bot.baseUrl,
      },
      eventsUrl,
      seat: { room: person, user: person },
    };
  },

  anthropic: async ({ port }) => {
    const server = await openAnthropicLab({ ...secrets.anthropic, port });
    return {
      server,
      environment: { ANTHROPIC_API_KEY: secrets.anthropic.apiKey, ANTHROPIC_BASE_URL: server.url },
      note: 'the model quotes the first passage it is given',
    };
  },

  langfuse: async ({ port }) => {
    const server = await openLangfuseLab({ ...secrets.langfuse, port });
    return {
      server,
      environment: {
        LANGFUSE_PUBLIC_KEY: secrets.langfuse.publicKey,
        LANGFUSE_SECRET_KEY: secrets.langfuse.secretKey,
        LANGFUSE_BASE_URL: server.url,
      },
    };
  },
};

/** Rejects with one sentence when the port is taken. */
export const openStand = async (name: ServerName, options: StandOptions): Promise<Stand> => {
  try {
    return await open[name](options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new Error(`Port ${options.port} for ${name} is taken.`, { cause: error });
    throw error;
  }
};

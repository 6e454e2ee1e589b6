import { createHmac, randomUUID } from 'node:crypto';

import type { Platforms } from '#lab/platforms.ts';

export type Bytes = string | Uint8Array<ArrayBuffer>;
export type Headers = Readonly<Record<string, string>>;

export interface Posting {
  readonly path?: string;
  readonly headers?: Headers;
  /** The secret to sign with, where it is not the right one. */
  readonly secret?: string;
  /** How far the signed time is from now. */
  readonly shiftSeconds?: number;
}

/** The requests of the platforms' own servers, made by hand and signed as theirs. */
export interface Wire {
  slack(body: Bytes, posting?: Posting): Promise<Response>;
  teams(body: Bytes, posting?: Posting & { readonly token?: string }): Promise<Response>;
  /** `body` goes out instead of the form it is signed for, `unsigned` is added to the path. */
  sms(
    form: Readonly<Record<string, string>>,
    posting?: Posting & { readonly body?: Bytes; readonly unsigned?: string },
  ): Promise<Response>;
  /** A message of the seat's customer, as that platform writes it; the same id makes it the same message. */
  readonly made: {
    slack(text: string, id?: string, event?: object): Record<string, unknown>;
    teams(text: string, id?: string, activity?: object): Record<string, unknown>;
    discord(text: string, id: string): { t: string; d: Record<string, unknown> };
    sms(text: string, id?: string): Record<string, string>;
  };
}

let last = Date.now();
/** Ids that count up with time, as the platforms' do. */
const nextId = (): string => String((last += 1));

export const createWire = ({ servers, seats, environment }: Platforms, url: string): Wire => {
  const { identity } = servers.slack.state() as { identity: { teamId: string; appId: string; botUserId: string } };
  const post = (path: string, body: Bytes, headers: Headers): Promise<Response> =>
    fetch(`${url}/channels/${path}`, { method: 'POST', body, headers });
  const { users } = servers.teams.state() as { users: { id: string; name: string; aadObjectId: string }[] };

  return {
    slack: (body, { path = 'slack/events', headers, secret, shiftSeconds = 0 } = {}) => {
      const time = String(Math.floor(Date.now() / 1000) + shiftSeconds);
      const digest = createHmac('sha256', secret ?? environment['SLACK_SIGNING_SECRET'] ?? '')
        .update(`v0:${time}:`)
        .update(body)
        .digest('hex');
      return post(path, body, {
        'content-type': 'application/json',
        'x-slack-request-timestamp': time,
        'x-slack-signature': `v0=${digest}`,
        ...headers,
      });
    },
    teams: async (body, { path = 'teams/messages', headers, token } = {}) =>
      post(path, body, {
        'content-type': 'application/json',
        authorization: `Bearer ${token ?? (await servers.teams.token())}`,
        ...headers,
      }),
    sms: (form, { path = 'sms/inbound', headers, secret, body, unsigned = '' } = {}) => {
      const fields = Object.keys(form)
        .toSorted()
        .map((name) => name + form[name])
        .join('');
      const signature = createHmac('sha1', secret ?? environment['TWILIO_AUTH_TOKEN'] ?? '')
        .update(`${url}/channels/${path}${fields}`)
        .digest('base64');
      return post(path + unsigned, body ?? new URLSearchParams(form).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signature,
        ...headers,
      });
    },
    made: {
      slack: (text, id = nextId(), event = {}) => ({
        type: 'event_callback',
        team_id: identity.teamId,
        api_app_id: identity.appId,
        event_id: `Ev${id}`,
        event_time: Math.floor(Date.now() / 1000),
        event: {
          type: 'message',
          channel: seats.slack.room,
          channel_type: 'im',
          user: seats.slack.user,
          ts: `${id.slice(0, 10)}.${id.slice(10).padStart(6, '0')}`,
          text,
          ...event,
        },
        authorizations: [{ team_id: identity.teamId, user_id: identity.botUserId, is_bot: true }],
      }),
      teams: (text, id = nextId(), activity = {}) => ({
        type: 'message',
        id,
        timestamp: new Date().toISOString(),
        channelId: 'msteams',
        serviceUrl: servers.teams.serviceUrl,
        from: users.find((user) => user.id === seats.teams.user),
        recipient: { id: `28:${environment['MicrosoftAppId']}`, name: 'Firstline' },
        conversation: {
          id: seats.teams.room,
          conversationType: 'personal',
          tenantId: environment['MicrosoftAppTenantId'],
        },
        channelData: { tenant: { id: environment['MicrosoftAppTenantId'] } },
        text,
        ...activity,
      }),
      discord: (text, id) => ({
        t: 'MESSAGE_CREATE',
        d: {
          id,
          channel_id: seats.discord.room,
          guild_id: servers.discord.guildId,
          author: { id: seats.discord.user, username: 'cleo', global_name: 'cleo', discriminator: '0', avatar: null },
          member: { nick: null, roles: [] },
          type: 0,
          content: `<@${servers.discord.bot.id}> ${text}`,
          timestamp: new Date().toISOString(),
          mentions: [servers.discord.bot],
          mention_roles: [],
          attachments: [],
          embeds: [],
          components: [],
        },
      }),
      sms: (text, id = `SM${randomUUID().replaceAll('-', '')}`) => ({
        AccountSid: environment['TWILIO_ACCOUNT_SID'] ?? '',
        MessageSid: id,
        From: seats.sms.user,
        To: environment['TWILIO_FROM'] ?? '',
        Body: text,
        NumMedia: '0',
      }),
    },
  };
};

import type { WebClient } from '@slack/web-api';
import type { Channel } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { call, openClient } from './client.ts';
import { slackConfig, type SlackConfig, type SlackConfigInput } from './config.ts';
import { download } from './files.ts';
import { createIntake, type Running } from './intake.ts';
import { toThreadKey } from './keys.ts';
import { createOutbound } from './outbound.ts';
import { createPeople } from './people.ts';
import { isForTeam, type Identity } from './receive.ts';
import { fitsMessage } from './render.ts';
import { createRecipients } from './recipients.ts';
import { createDirectRooms } from './rooms.ts';
import { openSocket, type Socket, type Take } from './socket.ts';
import { readRequest, type Json } from './verify.ts';

/** An answer waits for who it is for no longer than this. */
const acquaintTimeoutMs = 2000;

/** Who we are at the platform. Throws ChannelError. */
const authenticate = async (client: WebClient, teamId: string | undefined): Promise<Identity> => {
  const { team_id: team, user_id: botUser } = await call(client.auth.test());
  if (!team || !botUser) throw new ChannelError('slack', 'refused', 'not_a_bot_token');
  if (teamId !== undefined && teamId !== team) throw new ChannelError('slack', 'refused', 'foreign_team');
  return { team, botUser };
};

/** Why a verified body is not for us, or null. */
type Foreignness = (body: Json) => 'foreign_team' | 'foreign_app' | null;

/** Answers 200 when stored. Throws Refused, and whatever kept it from being stored. */
const answer = async (request: Request, config: SlackConfig, foreignness: Foreignness, take: Take) => {
  if (!new URL(request.url).pathname.endsWith('/channels/slack/events')) throw new Refused(404, 'unknown_path');
  const body = await readRequest(request, config.signingSecret);
  if (body['type'] === 'url_verification') return Response.json({ challenge: String(body['challenge'] ?? '') });
  if (body['ssl_check'] !== undefined) return new Response(null, { status: 200 });
  const foreign = foreignness(body);
  if (foreign) throw new Refused(403, foreign, { 'x-slack-no-retry': '1' });
  const num = Number(request.headers.get('x-slack-retry-num') ?? 0);
  const reason = request.headers.get('x-slack-retry-reason');
  await take(body, { ...(num > 0 ? { num } : {}), ...(reason === null ? {} : { reason }) });
  return new Response(null, { status: 200 });
};

/**
 * Slack over the Events API or Socket Mode. Both roads end in one Bolt app; an event is acknowledged when it is stored.
 * Throws a ZodError when the settings are wrong.
 */
export const createSlackChannel = (settings: SlackConfigInput): Channel => {
  const config = slackConfig.parse(settings);
  const client = openClient(config.apiUrl, config.botToken);
  const quick = openClient(config.apiUrl, config.botToken, acquaintTimeoutMs);
  const people = createPeople(async (user) => (await quick.users.info({ user, include_locale: true })).user);
  const rooms = createDirectRooms();
  const recipients = createRecipients();
  let started: Running | undefined;
  let socket: Socket | undefined;

  const running = (): Running => {
    if (!started) throw new Error('The slack channel is not started');
    return started;
  };
  const take = createIntake({ config, running, rooms, recipients });
  const foreignness: Foreignness = (body) => {
    if (!isForTeam(body, running().identity.team)) return 'foreign_team';
    const app = body['api_app_id'];
    return config.appId !== undefined && app !== undefined && app !== config.appId ? 'foreign_app' : null;
  };

  return {
    name: 'slack',
    // chat.update is counted by the minute over the whole workspace: 50.
    limits: { editIntervalMs: 1200 },
    fits: fitsMessage,

    async start(receive) {
      started = { identity: await authenticate(client, config.teamId), receive };
      if (config.appToken === undefined) return;
      try {
        const takeOurs: Take = (body, retry) => (foreignness(body) ? receive(null) : take(body, retry));
        socket = await call(openSocket(config.appToken, config.apiUrl, takeOurs));
      } catch (error) {
        started = undefined;
        throw error;
      }
    },

    async stop() {
      await socket?.close();
      socket = undefined;
      started = undefined;
    },

    ...createOutbound({ client, rooms, recipients }),
    acquaint: async (sender) => ({ ...sender, ...(await people.profile(sender.id)) }),
    room: (id) => toThreadKey({ team: config.teamId ?? running().identity.team, room: id, root: null }),
    download: (key, lengthMax) => download(key, lengthMax, config),
    webhook: (request) => answer(request, config, foreignness, take),

    async health() {
      try {
        await authenticate(client, config.teamId);
        return { ok: true };
      } catch (error) {
        return { ok: false, problem: error instanceof ChannelError ? error.code : 'unknown' };
      }
    },
  };
};

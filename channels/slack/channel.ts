import type { Channel, Receive } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { call } from './client.ts';
import { slackConfig, type SlackConfig, type SlackConfigInput } from './config.ts';
import { download } from './files.ts';
import { createShowHome } from './home.ts';
import { createInstall } from './install.ts';
import { createInstalls } from './installs.ts';
import { createIntake } from './intake.ts';
import { toThreadKey } from './keys.ts';
import { createOutbound } from './outbound.ts';
import { createPeople } from './people.ts';
import { createRecipients } from './recipients.ts';
import { fitsMessage } from './render.ts';
import { createDirectRooms } from './rooms.ts';
import { openSocket, type Socket, type Take } from './socket.ts';
import { readRequest } from './verify.ts';
import { createWorkspaces } from './workspaces.ts';

/** An answer waits for who it is for no longer than this. */
const acquaintTimeoutMs = 2000;

/** Answers 200 when stored. Throws Refused, and whatever kept it from being stored. */
const answer = async (request: Request, config: SlackConfig, take: Take): Promise<Response> => {
  if (!new URL(request.url).pathname.endsWith('/channels/slack/events')) throw new Refused(404, 'unknown_path');
  const body = await readRequest(request, config.signingSecret);
  if (body['type'] === 'url_verification') return Response.json({ challenge: String(body['challenge'] ?? '') });
  if (body['ssl_check'] !== undefined) return new Response(null, { status: 200 });
  const num = Number(request.headers.get('x-slack-retry-num') ?? 0);
  const reason = request.headers.get('x-slack-retry-reason');
  await take(body, { ...(num > 0 ? { num } : {}), ...(reason === null ? {} : { reason }) });
  return new Response(null, { status: 200 });
};

/**
 * Slack over the Events API or Socket Mode, for the workspace of a token or for all that install the app. Both roads end in one Bolt
 * app; an event is acknowledged when it is stored. Throws a ZodError when the settings are wrong.
 */
export const createSlackChannel = (settings: SlackConfigInput): Channel => {
  const config = slackConfig.parse(settings);
  const installs = createInstalls(config);
  const install = createInstall(config, installs);
  const workspaces = createWorkspaces(config, installs);
  const rooms = createDirectRooms();
  const recipients = createRecipients();
  const people = createPeople(async ({ id, organization }) => {
    // A guest of a shared channel is known to the workspace that they are a guest of.
    const client = await workspaces
      .clientOf(organization, acquaintTimeoutMs)
      .catch(() => workspaces.clientOf(workspaces.home(), acquaintTimeoutMs));
    return (await client.users.info({ user: id, include_locale: true })).user;
  });
  let receive: Receive | undefined;
  let socket: Socket | undefined;

  const running = (): Receive => {
    if (!receive) throw new Error('The slack channel is not started');
    return receive;
  };
  const showHome = createShowHome({ clientOf: workspaces.clientOf, acquaint: people.acquaint });
  const take = createIntake({ config, receive: running, workspaces, rooms, recipients, showHome });

  /** What is of nobody's workspace comes over no socket again. */
  const takeFromSocket: Take = async (body, retry) => {
    try {
      await take(body, retry);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await running()(null);
    }
  };

  return {
    name: 'slack',
    // chat.update is counted by the minute over the whole workspace: 50.
    limits: { editIntervalMs: 1200 },
    fits: fitsMessage,

    async start(given, shelf) {
      install.open(shelf);
      await workspaces.start(shelf);
      receive = given;
      if (config.appToken === undefined) return;
      try {
        socket = await call(openSocket(config.appToken, config.apiUrl, takeFromSocket));
      } catch (error) {
        receive = undefined;
        throw error;
      }
    },

    async stop() {
      await socket?.close();
      socket = undefined;
      receive = undefined;
      workspaces.stop();
    },

    ...createOutbound({ clientOf: workspaces.clientOf, rooms, recipients }),
    acquaint: people.acquaint,
    room: (id) => toThreadKey({ team: workspaces.home(), room: id, root: null }),
    download: (key, lengthMax) =>
      download(key, lengthMax, config, async (team) => (await workspaces.clientOf(team)).token ?? ''),
    webhook: async (request) => (await install.answer(request)) ?? answer(request, config, take),

    async health() {
      try {
        await workspaces.check();
        return { ok: true };
      } catch (error) {
        return { ok: false, problem: error instanceof ChannelError ? error.code : 'unknown' };
      }
    },
  };
};

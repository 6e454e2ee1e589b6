import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createControl } from '#lab/control.ts';
import { createCallGate, type Wording } from '#lab/faults/calls.ts';
import { createCarry } from '#lab/faults/deliveries.ts';
import { createFaults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer, Pane } from '#lab/pane.ts';
import { createPane } from './acts.ts';
import { assistantMethods } from './assistant-methods.ts';
import { createArgs, decodeBody, type Args } from './args.ts';
import { chatMethods } from './chat-methods.ts';
import { conversationMethods } from './conversation-methods.ts';
import { createDelivery, realAckTimeoutMs, realRetryDelaysMs, type DeliverOptions, type Outcome } from './delivery.ts';
import { createHomes, type Homes, publish } from './home.ts';
import { createLimits, type Limits } from './limits.ts';
import { createModalDesk, viewMethods } from './modals.ts';
import { createOAuth, type OAuth, type OAuthOptions } from './oauth.ts';
import type { Method, Platform } from './platform.ts';
import { createResponseUrls } from './response-urls.ts';
import { stopByPerson, streamMethods } from './stream-methods.ts';
import { checkScope } from './scopes.ts';
import { type Commands, createCommands } from './commands.ts';
import { createSecondThoughts, type SecondThoughts } from './second-thoughts.ts';
import { createSharedFiles, type SharedFiles } from './shared-files.ts';
import { createSockets } from './sockets.ts';
import {
  SlackRefusal,
  createWorkspace,
  newSlackId,
  toWireMessage,
  type Json,
  type SlackRoom,
  type SlackUser,
  type Workspace,
} from './workspace.ts';

const bodySizeMaxBytes = 4 * 1024 * 1024;

export interface SlackLabOptions {
  /** 0 or absent takes a free one. */
  readonly port?: number;
  readonly signingSecret: string;
  /** `xoxb-…`, for every method but `apps.connections.open`. */
  readonly botToken: string;
  /** `xapp-…`; without it Socket Mode is refused. */
  readonly appToken?: string;
  readonly appId?: string;
  readonly teamId?: string;
  readonly enterpriseId?: string;
  /** The app can be installed; without it only `botToken` is good. */
  readonly oauth?: OAuthOptions;
  readonly botUserId?: string;
  readonly botName?: string;
  /** Where events go while no socket is connected. */
  readonly eventsUrl?: string;
  /** Where acts go; the events URL when absent. */
  readonly interactivityUrl?: string;
  /** Waits before retry 1, 2, 3. */
  readonly retryDelaysMs?: readonly number[];
  /** How long the app has to acknowledge; the platform gives 3,000. */
  readonly ackTimeoutMs?: number;
  readonly rateLimits?: 'on' | 'off';
  /** The bot token's scopes; every one when absent. */
  readonly scopes?: readonly string[];
  /** The events the app is subscribed to, such as `message.im`; every one when absent. */
  readonly botEvents?: readonly string[];
  /** Methods this workspace does not have, for example `chat.startStream` where agents are off. */
  readonly methodsMissing?: readonly string[];
}

export interface SlackLab extends LabServer, SecondThoughts, Commands, Homes, Pick<SharedFiles, 'share'> {
  readonly name: 'slack';
  readonly pane: Pane;
  readonly botUserId: string;
  addUser(user: { id?: string; name: string; email?: string }): SlackUser;
  /** The app is in the room unless `joined` is false; a direct message names its `user`. */
  addRoom(room: { id?: string; name: string; kind: 'channel' | 'im'; user?: string; joined?: boolean }): SlackRoom;
  /** Sends a raw event and waits for the last attempt. */
  deliver(event: Json | null, options?: DeliverOptions): Promise<Outcome>;
  setEventsUrl(url: string): void;
  /** From now on the bot token is one that was revoked, until it is given back. */
  revokeToken(isRevoked: boolean): void;
  /** Somebody takes the app out of the workspace: its tokens are void, and it is told. Resolves with what was told, to be told again. */
  uninstall(): Promise<readonly Json[]>;
  /** The platform's `url_verification` handshake with the events URL; false when the app fails it. */
  verifyEventsUrl(): Promise<boolean>;
  /** A person presses Stop on a message still streaming. */
  stopStream(stop: { room: string; user: string; message: string }): void;
  /** Tells connected sockets to go and come back. */
  disconnectSockets(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
}

const appMethods: Record<string, Method> = {
  'api.test': (args) => ({ args: args.all }),
  'auth.test': (_args, { workspace: { identity } }) => ({
    url: 'https://lab.slack.com/',
    team: 'Lab',
    team_id: identity.teamId,
    user: identity.botName,
    user_id: identity.botUserId,
    bot_id: identity.botId,
    is_enterprise_install: false,
  }),
  'apps.connections.open': (_args, platform) => ({ url: platform.openSocketUrl() }),
};

const methods: Record<string, Method> = {
  ...appMethods,
  ...assistantMethods,
  ...chatMethods,
  ...conversationMethods,
  ...streamMethods,
  ...viewMethods,
  'views.publish': publish,
};

/** Throws when the token may not call the method. */
const checkToken = (
  method: string,
  token: string,
  options: SlackLabOptions,
  isRevoked: boolean,
  oauth: OAuth,
): void => {
  if (method === 'api.test' || method === 'oauth.v2.access') return;
  if (token === '') throw new SlackRefusal('not_authed');
  if (token !== options.botToken && token !== options.appToken) {
    oauth.check(token);
    if (method === 'apps.connections.open') throw new SlackRefusal('not_allowed_token_type');
    return;
  }
  if (isRevoked && token === options.botToken) throw new SlackRefusal('token_revoked');
  const wanted = method === 'apps.connections.open' ? options.appToken : options.botToken;
  if (token !== wanted) throw new SlackRefusal('not_allowed_token_type');
};

const readArgs = async (context: Context): Promise<Args> =>
  createArgs(decodeBody(await context.req.text(), context.req.header('content-type') ?? '', context.req.query()));

const refuse = (context: Context, error: unknown, status: 200 | 400 | 404 = 200) => {
  if (!(error instanceof SlackRefusal)) throw error;
  return context.json({ ok: false, error: error.reason, ...error.detail }, status);
};

const toState = (workspace: Workspace) => ({
  identity: { ...workspace.identity },
  users: [...workspace.users.values()].map((user) => ({ ...user })),
  rooms: [...workspace.rooms.values()].map((room) => ({
    id: room.id,
    name: room.name,
    kind: room.kind,
    user: room.user,
    joined: room.joined,
    statuses: Object.fromEntries(room.statuses),
    sessions: Object.fromEntries(room.sessions),
    prompts: Object.fromEntries(room.prompts),
    titles: Object.fromEntries(room.titles),
    messages: room.messages.map((message) => ({
      ...toWireMessage(workspace, room, message, true),
      only_for: message.onlyFor,
    })),
  })),
});

/** The method a call is for, or null when it is none of the platform's. */
const namesOf = ({ req: { path } }: Context): readonly string[] | null => {
  if (path.startsWith('/api/')) return [path.slice('/api/'.length)];
  return path.startsWith('/actions/') ? ['response_url'] : null;
};

const tellToWait = (context: Context, seconds: number) =>
  context.json({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': String(Math.ceil(seconds)) });

const wording: Wording = {
  rateLimit: tellToWait,
  error: (context, status) =>
    context.json({ ok: false, error: status === 503 ? 'service_unavailable' : 'internal_error' }, status as 500),
};

/** The routes of the Web API and of response URLs. */
const createRoutes = (
  options: SlackLabOptions,
  platform: Platform,
  limits: Limits,
  use: (token: string, args: Args) => void,
  isRevoked: () => boolean,
  oauth: OAuth,
): Hono<{ Bindings: HttpBindings }> => {
  const own: Record<string, Method> = { ...methods, 'oauth.v2.access': oauth.access };
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(
    bodyLimit({
      maxSize: bodySizeMaxBytes,
      onError: (context) => context.json({ ok: false, error: 'request_too_large' }, 413),
    }),
  );
  app.on(['GET', 'POST'], '/api/:method', async (context) => {
    const name = context.req.param('method');
    try {
      const args = await readArgs(context);
      const method = Object.hasOwn(own, name) && !options.methodsMissing?.includes(name) ? own[name] : undefined;
      if (!method) throw new SlackRefusal('unknown_method', { req_method: name });
      const bearer = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
      checkToken(name, bearer ?? args.text('token') ?? '', options, isRevoked(), oauth);
      checkScope(name, args.text('channel') ?? args.text('types') ?? '', options.scopes);
      const waitSeconds = options.rateLimits === 'off' ? 0 : limits.take(name, args.text('channel') ?? '');
      if (waitSeconds > 0) return tellToWait(context, waitSeconds);
      return context.json({ ok: true, ...method(args, platform) });
    } catch (error) {
      return refuse(context, error);
    }
  });
  app.post('/actions/:team/:token', async (context) => {
    try {
      use(context.req.param('token'), await readArgs(context));
      return context.text('ok');
    } catch (error) {
      return refuse(context, error, error instanceof SlackRefusal && error.reason.endsWith('_url') ? 404 : 400);
    }
  });
  return app;
};

/** Opens a workspace on a loopback port that speaks the Web API, the Events API, interactivity and Socket Mode. */
export const openSlackLab = async (options: SlackLabOptions): Promise<SlackLab> => {
  const workspace = createWorkspace({
    teamId: options.teamId ?? newSlackId('T'),
    enterpriseId: options.enterpriseId ?? null,
    appId: options.appId ?? newSlackId('A'),
    botId: newSlackId('B'),
    botUserId: options.botUserId ?? newSlackId('U'),
    botName: options.botName ?? 'support',
  });
  let origin = '';
  let { eventsUrl } = options;
  let isRevoked = false;
  const faults = createFaults('slack');
  const gate = createCallGate(faults, namesOf, wording);
  const limits = createLimits();
  const sockets = createSockets(workspace.identity.appId, faults);
  const delivery = createDelivery({
    identity: workspace.identity,
    isForOrganization: options.oauth?.isForOrganization ?? false,
    botEvents: options.botEvents,
    sockets,
    carry: createCarry(faults),
    signingSecret: options.signingSecret,
    retryDelaysMs: options.retryDelaysMs ?? realRetryDelaysMs,
    ackTimeoutMs: options.ackTimeoutMs ?? realAckTimeoutMs,
    eventsUrl: () => eventsUrl,
    interactivityUrl: () => options.interactivityUrl ?? eventsUrl,
  });
  const platform: Platform = {
    workspace,
    modals: createModalDesk(workspace.identity),
    emit: (event) => void delivery.deliver(event),
    openSocketUrl: () => origin.replace('http', 'ws') + sockets.issuePath(),
  };
  const responseUrls = createResponseUrls(platform, () => origin);
  const state = () =>
    structuredClone({
      ...toState(workspace),
      views: platform.modals.views(),
      deliveries: delivery.outcomes(),
      sockets: sockets.count(),
      calls: gate.calls(),
      rateLimited: limits.refused(),
      faults: faults.fired(),
    });
  const oauth = createOAuth(workspace.identity, options.oauth, options.scopes ?? []);
  const isGood = (token: string): boolean => {
    try {
      checkToken('files', token, options, isRevoked, oauth);
      return true;
    } catch {
      return false;
    }
  };
  const sharedFiles = createSharedFiles(
    platform,
    () => origin,
    (token) => isGood(token) && (options.scopes?.includes('files:read') ?? true),
  );
  const pane = createPane({ platform, delivery, responseUrls });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state, setFaults: faults.set, pane }));
  app.route('/', sharedFiles.routes);
  app.route('/', oauth.routes);
  app.route(
    '/',
    createRoutes(options, platform, limits, responseUrls.use, () => isRevoked, oauth),
  );
  const loopback = await listenOnLoopback(app, options.port);
  loopback.server.on('upgrade', sockets.upgrade);
  origin = loopback.url;

  const close = async () => {
    delivery.close();
    await sockets.close();
    await loopback.close();
  };
  return {
    name: 'slack',
    url: `${origin}/api/`,
    botUserId: workspace.identity.botUserId,
    pane,
    ...createSecondThoughts(platform),
    ...createHomes(platform, delivery),
    ...createCommands(platform, delivery, `${origin}/actions/${workspace.identity.teamId}/used`),
    share: sharedFiles.share,
    addUser: workspace.addUser,
    addRoom: workspace.addRoom,
    deliver: delivery.deliver,
    revokeToken: (is) => void (isRevoked = is),
    setEventsUrl: (url) => {
      eventsUrl = url;
    },
    async uninstall() {
      oauth.revoke();
      const told = [
        { type: 'tokens_revoked', tokens: { oauth: [], bot: [workspace.identity.botUserId] } },
        { type: 'app_uninstalled' },
      ];
      for (const event of told) await delivery.deliver(event);
      return told;
    },
    verifyEventsUrl: delivery.verifyUrl,
    stopStream: ({ room, user, message }) => stopByPerson(platform, workspace.room(room), message, user),
    disconnectSockets: sockets.disconnect,
    state,
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: limits.refused,
    close,
    [Symbol.asyncDispose]: close,
  };
};

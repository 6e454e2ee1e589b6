import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { createControl } from '#lab/control.ts';
import { createCallGate } from '#lab/faults/calls.ts';
import { createCarry } from '#lab/faults/deliveries.ts';
import { createFaults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer, Pane } from '#lab/pane.ts';
import { createConnector, type ConnectorParts } from './connector.ts';
import { createDeliveries } from './deliveries.ts';
import { createLimits } from './limits.ts';
import { createManagedIdentity, type ManagedIdentity, type ManagedIdentityOptions } from './managed-identity.ts';
import { createPerson, type Person } from './person.ts';
import { createRooms, type Activity, type ConversationType, type TeamsUser } from './rooms.ts';
import { createStreams } from './streaming.ts';
import { createTokens, type TokenOverrides, type Tokens } from './tokens.ts';
import { namesOf, wording } from './wording.ts';

export interface TeamsLabOptions {
  readonly port?: number;
  readonly appId: string;
  readonly appPassword: string;
  readonly tenantId: string;
  /** The machine that the bot runs on has this identity; none unless told. */
  readonly managedIdentity?: ManagedIdentityOptions;
  /** Where the bot takes activities, for example `http://127.0.0.1:3000/channels/teams/messages`. */
  readonly botUrl?: string;
  readonly botName?: string;
  /** 'on' unless told: sends 7/1 s, 8/2 s, 60/30 s, 1,800/h in each thread, twice that for members, 50/s over all. */
  readonly rateLimits?: 'on' | 'off';
  /** The app may read all messages of its teams and group chats; true unless told. When false only mentions reach it there. */
  readonly resourceSpecificConsent?: boolean;
  /** How long the platform waits for the bot; 15 s unless told. */
  readonly botTimeoutMs?: number;
  /** The time of streams, in ms. */
  readonly now?: () => number;
}

export interface TeamsLab extends LabServer, Pick<Person, 'edit' | 'remove' | 'react'> {
  readonly name: 'teams';
  readonly openIdMetadataUrl: string;
  /** Token requests go to `<loginUrl>/oauth2/v2.0/token`, with or without the tenant before `oauth2`. */
  readonly loginUrl: string;
  readonly issuer: string;
  /** Where a bot in App Service gets tokens of its managed identity, and the header it needs there. `url` is the address of IMDS. */
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly serviceUrl: string;
  readonly pane: Pane;
  setBotUrl(url: string): void;
  /** A token for the bot; overrides make bad ones. */
  token(overrides?: TokenOverrides): Promise<string>;
  /** Posts any activity to the bot as it is; resolves with the bot's HTTP status, 0 if it was not reached. `token: null` sends none. */
  deliver(activity: object, options?: { readonly token?: string | null }): Promise<number>;
  addUser(user: { readonly id?: string; readonly name: string; readonly email?: string }): TeamsUser;
  /** Makes a room with the bot in it and tells the bot so, if it is reachable; answers the room's id. */
  addRoom(room: {
    readonly id?: string;
    readonly type: ConversationType;
    readonly name?: string;
    readonly members: readonly string[];
  }): Promise<string>;
  /** The bot is taken out of the room and told so. */
  removeBot(room: string): Promise<void>;
  /** Writes to the room are refused with `MessageWritesBlocked` from now on. */
  block(room: string): void;
  /** The person presses Stop on the running stream. */
  stopStream(room: string): void;
  /** The connector refuses its next calls so, one each. */
  failNext(...failures: ConnectorParts['failures']): void;
}

type Bound = { Bindings: HttpBindings };

/** The public cloud's issuer: the SDKs compare it exactly. */
const issuer = 'https://api.botframework.com';
const scope = 'https://api.botframework.com/.default';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function loginRoutes(options: TeamsLabOptions, tokens: Tokens, identity: ManagedIdentity): Hono<Bound> {
  const app = new Hono<Bound>();
  const refuse = (c: Context, status: 400 | 401, error: string, description: string) =>
    c.json({ error, error_description: description }, status);
  app.on('POST', ['/oauth2/v2.0/token', '/:tenant/oauth2/v2.0/token'], async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const tenant = c.req.param('tenant' as never) as string | undefined;
    if (tenant && tenant !== options.tenantId && tenant !== 'botframework.com')
      return refuse(c, 400, 'invalid_request', 'AADSTS90002: Tenant not found.');
    if (form.get('grant_type') !== 'client_credentials')
      return refuse(c, 400, 'unsupported_grant_type', 'AADSTS70003: Unsupported grant type.');
    if (form.get('client_id') !== options.appId)
      return refuse(c, 400, 'unauthorized_client', 'AADSTS700016: Application not found in the directory.');
    const assertion = form.get('client_assertion_type') === assertionType ? form.get('client_assertion') : null;
    if (assertion !== null && !identity.proves(assertion))
      return refuse(c, 401, 'invalid_client', 'AADSTS70021: No matching federated identity record found.');
    if (assertion === null && form.get('client_secret') !== options.appPassword)
      return refuse(c, 401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    if (form.get('scope') !== scope)
      return refuse(
        c,
        400,
        'invalid_scope',
        'AADSTS70011: The provided value for the input parameter scope is not valid.',
      );
    const { token, expiresInSeconds } = tokens.issue();
    return c.json({
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
      ext_expires_in: expiresInSeconds,
      access_token: token,
    });
  });
  app.get('/v1/.well-known/openidconfiguration', (c) => {
    const { origin } = new URL(c.req.url);
    return c.json({
      issuer,
      jwks_uri: `${origin}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });
  app.get('/v1/.well-known/keys', (c) => c.json({ keys: tokens.keys }));
  return app;
}

/** Teams in a box: login, keys, connector, and the people on the other side. Rejects only if the port is taken. */
export async function openTeamsLab(options: TeamsLabOptions): Promise<TeamsLab> {
  const app = new Hono<Bound>();
  const loopback = await listenOnLoopback(app, options.port);
  const serviceUrl = `${loopback.url}/teams/`;
  const tokens = await createTokens({ iss: issuer, aud: options.appId, serviceurl: serviceUrl });
  const identity = createManagedIdentity(options.appId, options.managedIdentity, tokens);
  const rooms = createRooms(options.appId, options.botName ?? 'Firstline');
  const streams = createStreams(rooms, {
    isPaced: options.rateLimits !== 'off',
    ...(options.now ? { now: options.now } : {}),
  });
  const limits = options.rateLimits === 'off' ? null : createLimits();
  const failures: ConnectorParts['failures'] = [];
  const faults = createFaults('teams');
  const gate = createCallGate(faults, namesOf, wording);
  let { botUrl } = options;
  const deliveries = createDeliveries({
    botUrl: () => botUrl,
    botTimeoutMs: options.botTimeoutMs ?? 15_000,
    carry: createCarry(faults),
    token: tokens.forBot,
  });

  const person = createPerson({
    rooms,
    serviceUrl,
    tenantId: options.tenantId,
    resourceSpecificConsent: options.resourceSpecificConsent ?? true,
    deliver: deliveries.bring,
  });

  const state = () =>
    structuredClone({
      users: [...rooms.users.values()],
      rooms: [...rooms.rooms.values()],
      deliveries: deliveries.all(),
      calls: gate.calls(),
      rateLimited: limits?.refused() ?? 0,
      faults: faults.fired(),
      identityTokens: identity.given(),
    });
  const pane: Pane = { view: rooms.view, onChange: rooms.onChange, say: person.say, press: person.press };
  const seen = () => ({ ...state(), rooms: [...rooms.rooms.keys()].map((id) => rooms.view(id)) });
  const close = async () => {
    deliveries.close();
    await loopback.close();
  };
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state: seen, setFaults: faults.set, pane }));
  app.route('/', loginRoutes(options, tokens, identity));
  app.route('/', identity.routes);
  app.route(
    '/teams',
    createConnector({ rooms, streams, limits, tenantId: options.tenantId, accepts: tokens.accepts, failures }),
  );

  function roomOf(id: string) {
    const room = rooms.rooms.get(id);
    if (!room) throw new Error(`Teams lab: no room ${id}`);
    return room;
  }

  return {
    name: 'teams',
    url: loopback.url,
    openIdMetadataUrl: `${loopback.url}/v1/.well-known/openidconfiguration`,
    loginUrl: loopback.url,
    issuer,
    identityEndpoint: `${loopback.url}/msi/token`,
    identityHeader: identity.header,
    serviceUrl,
    pane,
    edit: person.edit,
    remove: person.remove,
    react: person.react,
    setBotUrl: (url) => void (botUrl = url),
    token: tokens.forBot,
    deliver: async (activity, { token } = {}) =>
      (await deliveries.post(activity as Activity, token === undefined ? await tokens.forBot() : token)).status,
    addUser: rooms.addUser,
    async addRoom(wanted) {
      const room = rooms.addRoom(wanted);
      if (botUrl) await person.install(room, 'add');
      return room.id;
    },
    removeBot: (room) => person.install(roomOf(room), 'remove'),
    block: (room) => void (roomOf(room).blocked = true),
    stopStream: (room) => streams.cancel(roomOf(room)),
    failNext: (...next) => void failures.push(...next),
    state,
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: () => limits?.refused() ?? 0,
    close,
    [Symbol.asyncDispose]: close,
  };
}

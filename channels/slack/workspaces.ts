import type { WebClient } from '@slack/web-api';
import type { Shelf } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { createRecent } from '#core/recent.ts';
import { call, callTimeoutMs, openClient } from './client.ts';
import type { SlackConfig } from './config.ts';
import type { Installation, Installs } from './installs.ts';
import { object } from './read.ts';
import { placesOf, type Identity } from './receive.ts';
import type { Json } from './verify.ts';

const clientsMax = 1000;

/** A workspace that we serve, and the token it is served with. */
export interface Workspace extends Identity {
  readonly token: string;
}

/** The workspaces served: that of the token in the settings, and those that installed the app. */
export interface Workspaces {
  /** Throws ChannelError. */
  start(shelf: Shelf | undefined): Promise<void>;
  stop(): void;
  /** The workspace a body was made for. Throws Refused for one of nobody's, or of another app. */
  admit(body: Json): Promise<Workspace>;
  /** Takes an installation away where the body says that it has ended; false where it says something else. */
  end(body: Json): Promise<boolean>;
  /** Throws ChannelError, `unreachable` where the app is not installed any more. */
  clientOf(team: string, timeoutMs?: number): Promise<WebClient>;
  /** With the token as it is, for what cannot wait. */
  clientFor(workspace: Workspace, timeoutMs: number): WebClient;
  /** The workspace that a room without one is in. */
  home(): string;
  /** Throws ChannelError where the platform does not know us. */
  check(): Promise<void>;
}

const noRetry = { 'x-slack-no-retry': '1' };

export const createWorkspaces = (config: SlackConfig, installs: Installs): Workspaces => {
  const clients = createRecent<WebClient>(clientsMax);
  /** That of the token in the settings. */
  let own: Workspace | undefined;
  let isStarted = false;

  const clientWith = (token: string, timeoutMs: number): WebClient => {
    const key = `${timeoutMs}:${token}`;
    const client = clients.get(key) ?? openClient(config.apiUrl, token, timeoutMs);
    clients.set(key, client);
    return client;
  };

  /** Who we are with the token in the settings. */
  const authenticate = async (token: string): Promise<Workspace> => {
    const { team_id: team, user_id: botUser } = await call(clientWith(token, callTimeoutMs).auth.test());
    if (!team || !botUser) throw new ChannelError('slack', 'refused', 'not_a_bot_token');
    if (config.teamId !== undefined && config.teamId !== team)
      throw new ChannelError('slack', 'refused', 'foreign_team');
    return { team, botUser, token };
  };

  const toWorkspace = (team: string, { botUser, token }: Installation): Workspace => ({ team, botUser, token });

  const find = async (body: Json): Promise<Workspace | null> => {
    const { teams, organization } = placesOf(body);
    if (own && teams.includes(own.team)) return own;
    for (const team of teams) {
      const found = await installs.find(team);
      if (found) return toWorkspace(team, found);
    }
    const [team] = teams;
    const whole = organization === undefined ? null : await installs.find(organization);
    if (!whole || team === undefined || organization === undefined) return null;
    // An answer is sent with no more than the workspace's own id.
    await installs.noteOrganization(team, organization);
    return toWorkspace(team, whole);
  };

  return {
    async start(shelf) {
      installs.open(shelf);
      own = config.botToken === undefined ? undefined : await authenticate(config.botToken);
      isStarted = true;
    },
    stop() {
      own = undefined;
      isStarted = false;
    },
    async admit(body) {
      if (!isStarted) throw new Error('The slack channel is not started');
      const app = body['api_app_id'];
      const found = await find(body);
      if (!found) throw new Refused(403, 'foreign_team', noRetry);
      if (config.appId !== undefined && app !== undefined && app !== config.appId)
        throw new Refused(403, 'foreign_app', noRetry);
      return found;
    },
    async end(body) {
      const event = object(body['event']);
      const bots = object(event['tokens'])['bot'];
      const isRevoked = event['type'] === 'tokens_revoked' && Array.isArray(bots) && bots.length > 0;
      if (event['type'] !== 'app_uninstalled' && !isRevoked) return false;
      const { teams, organization } = placesOf(body);
      const at = new Date(Number(body['event_time']) * 1000);
      for (const id of organization === undefined ? teams : [organization]) await installs.end(id, at);
      return true;
    },
    async clientOf(team, timeoutMs = callTimeoutMs) {
      if (own?.team === team) return clientWith(own.token, timeoutMs);
      const organization = await installs.organizationOf(team);
      const found = (await installs.fresh(team)) ?? (organization && (await installs.fresh(organization)));
      if (found) return clientWith(found.token, timeoutMs);
      throw new ChannelError('slack', 'unreachable', 'not_installed');
    },
    clientFor: ({ token }, timeoutMs) => clientWith(token, timeoutMs),
    home() {
      const team = config.teamId ?? own?.team;
      if (team === undefined) throw new ChannelError('slack', 'refused', 'no_home_team');
      return team;
    },
    async check() {
      if (config.botToken !== undefined) await authenticate(config.botToken);
    },
  };
};

import { z } from 'zod';
import type { Shelf } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { createRecent } from '#core/recent.ts';
import { call, openClient } from './client.ts';
import type { SlackConfig } from './config.ts';

/** A token is made new this long before it ends (docs.slack.dev/authentication/using-token-rotation: they last 12 hours). */
const renewBeforeMs = 2 * 3_600_000;
/** What is kept is looked at again after this: another process may have made a token new, or taken an installation away. */
const knownForMs = 30_000;
const againAfterMs = 60_000;
const installsMax = 1000;

const installation = z.object({
  /** The workspace, or the organization for all of its workspaces. */
  id: z.string(),
  botUser: z.string(),
  token: z.string(),
  refreshToken: z.string().optional(),
  expiresAtMs: z.number().optional(),
  installedAtMs: z.number(),
});
export type Installation = z.infer<typeof installation>;

/** What `oauth.v2.access` answers. */
export interface Granted {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly bot_user_id?: string;
  readonly team?: { readonly id?: string } | null;
  readonly enterprise?: { readonly id?: string } | null;
  readonly is_enterprise_install?: boolean;
}

/** Where the app was installed, kept sealed for all processes. */
export interface Installs {
  open(shelf: Shelf | undefined): void;
  find(id: string): Promise<Installation | null>;
  /** The installation with a token that is good for an hour and more, if the platform gives one. Throws ChannelError. */
  fresh(id: string): Promise<Installation | null>;
  /** Keeps what was granted. Throws ChannelError where it is not a bot's. */
  save(granted: Granted): Promise<Installation>;
  /** Forgets an installation that was made before this time: news of an end may come after the app was installed again. */
  end(id: string, at: Date): Promise<void>;
  /** The organization for whose workspaces the app was installed, or null. */
  organizationOf(team: string): Promise<string | null>;
  noteOrganization(team: string, organization: string): Promise<void>;
}

const tokensOf = ({ access_token, refresh_token, expires_in }: Granted, nowMs: number) => ({
  token: access_token ?? '',
  ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
  ...(expires_in === undefined ? {} : { expiresAtMs: nowMs + expires_in * 1000 }),
});

export const createInstalls = ({ apiUrl, clientId, clientSecret }: SlackConfig, now = () => Date.now()): Installs => {
  const client = openClient(apiUrl, undefined);
  const known = createRecent<{ readonly found: Installation | null; readonly until: number }>(installsMax);
  const organizations = createRecent<string>(installsMax);
  const renewing = new Map<string, Promise<Installation | null>>();
  const waitUntil = new Map<string, number>();
  let kept: Shelf | undefined;

  const shelf = (): Shelf => {
    if (!kept) throw new ChannelError('slack', 'refused', 'no_shelf');
    return kept;
  };
  const rowOf = (id: string) => `install:${id}`;
  const isOver = ({ expiresAtMs }: Installation, beforeMs = 0) =>
    expiresAtMs !== undefined && now() > expiresAtMs - beforeMs;

  const look = async (id: string): Promise<Installation | null> => {
    const value = await shelf().read(rowOf(id));
    const found = value === null ? null : installation.parse(JSON.parse(value));
    known.set(id, { found, until: now() + (found ? knownForMs : 0) });
    return found;
  };
  const write = async (found: Installation): Promise<Installation> => {
    await shelf().write(rowOf(found.id), JSON.stringify(found));
    known.set(found.id, { found, until: now() + knownForMs });
    return found;
  };

  /** A refresh token is good for one use: whoever is first makes the token new, and the others find it. */
  const renew = (id: string): Promise<Installation | null> =>
    shelf().exclusively(rowOf(id), async () => {
      const found = await look(id);
      if (!found?.refreshToken || !isOver(found, renewBeforeMs)) return found;
      const granted: Granted = await call(
        client.oauth.v2.access({
          client_id: clientId ?? '',
          client_secret: clientSecret ?? '',
          grant_type: 'refresh_token',
          refresh_token: found.refreshToken,
        }),
      );
      return write({ ...found, ...tokensOf(granted, now()) });
    });

  const find = async (id: string): Promise<Installation | null> => {
    const held = known.get(id);
    return held && held.until > now() ? held.found : kept ? look(id) : null;
  };

  return {
    open: (given) => void (kept = given),
    find,
    async fresh(id) {
      const found = await find(id);
      if (!found?.refreshToken || !isOver(found, renewBeforeMs)) return found;
      if (!isOver(found) && (waitUntil.get(id) ?? 0) > now()) return found;
      const work = renewing.get(id) ?? renew(id).finally(() => renewing.delete(id));
      renewing.set(id, work);
      try {
        return await work;
      } catch (error) {
        waitUntil.set(id, now() + againAfterMs);
        if (!isOver(found)) return found;
        // What is to be said waits for a token, and is not lost.
        throw new ChannelError('slack', 'rate_limited', 'token_expired', { retryAfterMs: againAfterMs, cause: error });
      }
    },
    async save(granted) {
      const id = granted.is_enterprise_install ? granted.enterprise?.id : granted.team?.id;
      const { bot_user_id: botUser, access_token: token } = granted;
      if (!id || !botUser || !token) throw new ChannelError('slack', 'refused', 'not_a_bot_token');
      return shelf().exclusively(rowOf(id), () =>
        write({ id, botUser, ...tokensOf(granted, now()), installedAtMs: now() }),
      );
    },
    end: (id, at) =>
      shelf().exclusively(rowOf(id), async () => {
        const found = await look(id);
        if (!found || found.installedAtMs >= at.getTime()) return;
        await shelf().forget(rowOf(id));
        await look(id);
      }),
    async organizationOf(team) {
      const held = organizations.get(team) ?? (await kept?.read(`organization:${team}`)) ?? null;
      if (held !== null) organizations.set(team, held);
      return held;
    },
    async noteOrganization(team, organization) {
      if (organizations.get(team) === organization) return;
      await shelf().write(`organization:${team}`, organization);
      organizations.set(team, organization);
    },
  };
};

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { Args } from './args.ts';
import { SlackRefusal, type Identity, type Json } from './workspace.ts';

/** docs.slack.dev/authentication/using-token-rotation */
const tokenLifetimeSeconds = 43_200;
const codeLifetimeMs = 600_000;

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Tokens end after twelve hours, and are made new by refresh tokens that are good for one use. */
  readonly rotates?: boolean;
  /** Who installs the app does so for all workspaces of the organization. */
  readonly isForOrganization?: boolean;
}

export interface OAuth {
  readonly routes: Hono;
  /** The `oauth.v2.access` method. Throws SlackRefusal. */
  access(args: Args): Json;
  /** Throws `invalid_auth`, `token_expired` or `token_revoked` for a bot token that was not, or is not any more, given. */
  check(token: string): void;
  /** All tokens are void from now on. */
  revoke(): void;
}

/** Installing the app (docs.slack.dev/authentication/installing-with-oauth): every browser that asks is let. */
export const createOAuth = (
  identity: Identity,
  options: OAuthOptions | undefined,
  scopes: readonly string[],
): OAuth => {
  const codes = new Map<string, { redirectUri: string; until: number }>();
  const used = new Set<string>();
  const tokens = new Map<string, { until: number; isRevoked: boolean }>();
  const refreshTokens = new Set<string>();
  const { teamId, enterpriseId } = identity;
  // Whose a token is can be told by it, as only the platform can tell.
  const name = (kind: string) => `${kind}-${teamId}-${randomBytes(8).toString('hex')}`;

  const grant = (): Json => {
    const rotates = options?.rotates ?? false;
    const token = rotates ? `xoxe.${name('xoxb')}` : name('xoxb');
    tokens.set(token, { until: rotates ? Date.now() + tokenLifetimeSeconds * 1000 : Infinity, isRevoked: false });
    const refresh = name('xoxe');
    if (rotates) refreshTokens.add(refresh);
    const isWhole = options?.isForOrganization ?? false;
    return {
      app_id: identity.appId,
      authed_user: { id: 'UADMIN' },
      scope: scopes.join(','),
      token_type: 'bot',
      access_token: token,
      bot_user_id: identity.botUserId,
      team: isWhole ? null : { id: teamId, name: 'Lab' },
      enterprise: enterpriseId === null ? null : { id: enterpriseId, name: 'Lab Org' },
      is_enterprise_install: isWhole,
      ...(rotates ? { refresh_token: refresh, expires_in: tokenLifetimeSeconds } : {}),
    };
  };

  const routes = new Hono();
  routes.get('/oauth/v2/authorize', (context) => {
    const { client_id: client, redirect_uri: redirectUri, state = '', scope } = context.req.query();
    if (client !== options?.clientId || !redirectUri || !scope) return context.text('invalid_client_id', 400);
    const code = `${teamId}.${randomBytes(12).toString('hex')}`;
    codes.set(code, { redirectUri, until: Date.now() + codeLifetimeMs });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state }).toString();
    return context.redirect(back.href);
  });

  return {
    routes,
    access(args) {
      if (args.text('client_id') !== options?.clientId) throw new SlackRefusal('invalid_client_id');
      if (args.text('client_secret') !== options?.clientSecret) throw new SlackRefusal('bad_client_secret');
      if (args.text('grant_type') === 'refresh_token') {
        if (!refreshTokens.delete(args.text('refresh_token') ?? '')) throw new SlackRefusal('invalid_refresh_token');
        return grant();
      }
      const code = args.text('code') ?? '';
      if (used.has(code)) throw new SlackRefusal('code_already_used');
      const found = codes.get(code);
      if (!found || found.until < Date.now()) throw new SlackRefusal('invalid_code');
      if (found.redirectUri !== args.text('redirect_uri')) throw new SlackRefusal('bad_redirect_uri');
      used.add(code);
      return grant();
    },
    check(token) {
      const found = tokens.get(token);
      if (!found) throw new SlackRefusal('invalid_auth');
      if (found.isRevoked) throw new SlackRefusal('token_revoked');
      if (found.until < Date.now()) throw new SlackRefusal('token_expired');
    },
    revoke() {
      for (const token of tokens.values()) token.isRevoked = true;
      refreshTokens.clear();
    },
  };
};

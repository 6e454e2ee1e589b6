import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Shelf } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';
import { call, openClient } from './client.ts';
import type { SlackConfig } from './config.ts';
import type { Granted, Installs } from './installs.ts';
import manifest from './manifest.json' with { type: 'json' };

/** From the link to the answer of whoever installs the app. */
const stateMs = 600_000;
const cookieName = '__Host-firstline-slack';
/** Used states are remembered until they are over: as many as fit, and nobody installs the app more often. */
const usedMax = 200;
const usedName = 'used-states';
const usedStates = z.array(z.tuple([z.string(), z.number()]));

const plain = (text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });

const cookieOf = (value: string, seconds: number): string =>
  `${cookieName}=${value}; Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;

const readCookie = (request: Request): string =>
  (request.headers.get('cookie') ?? '')
    .split(/; */)
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1) ?? '';

const isSame = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
};

export interface Install {
  open(shelf: Shelf | undefined): void;
  /** The pages of an installation (docs.slack.dev/authentication/installing-with-oauth); null for other paths. Throws Refused. */
  answer(request: Request): Promise<Response | null>;
}

/**
 * The SDK's own InstallProvider speaks to Node's requests, sets a cookie that other sites may use and makes tokens new without a lock:
 * this does what it does where that matters.
 */
export const createInstall = (config: SlackConfig, installs: Installs, now = () => Date.now()): Install => {
  const { apiUrl, clientId, clientSecret, publicUrl } = config;
  const client = openClient(apiUrl, undefined);
  let kept: Shelf | undefined;

  const sign = (claim: string, secret: string) => createHmac('sha256', secret).update(`state:${claim}`).digest('hex');

  /** Proves that the answer belongs to a link of ours, in the same browser, lately, and for the first time. */
  const takeState = async (state: string, cookie: string, secret: string, shelf: Shelf): Promise<void> => {
    const [nonce = '', until = '', signature = ''] = state.split('.');
    const isOurs = isSame(signature, sign(`${nonce}.${until}`, secret));
    const isOfBrowser = isSame(state, cookie);
    if (!isOurs || !isOfBrowser || Number(until) < now()) throw new Refused(400, 'bad_state');
    await shelf.exclusively(usedName, async () => {
      const used = usedStates.parse(JSON.parse((await shelf.read(usedName)) ?? '[]')).filter(([, at]) => at >= now());
      if (used.some(([one]) => one === nonce)) throw new Refused(400, 'bad_state');
      if (used.length >= usedMax) throw new Refused(429, 'too_many_installs');
      await shelf.write(usedName, JSON.stringify([...used, [nonce, Number(until)]]));
    });
  };

  return {
    open: (shelf) => void (kept = shelf),
    async answer(request) {
      const url = new URL(request.url);
      const isLink = url.pathname.endsWith('/channels/slack/install');
      if (!isLink && !url.pathname.endsWith('/channels/slack/oauth/callback')) return null;
      if (!clientId || !clientSecret || !publicUrl || !kept) throw new Refused(404, 'unknown_path');
      if (request.method !== 'GET') throw new Refused(405, 'bad_method', { allow: 'GET' });
      const redirectUri = new URL('/channels/slack/oauth/callback', publicUrl).href;
      if (isLink) {
        const claim = `${randomBytes(16).toString('hex')}.${now() + stateMs}`;
        const state = `${claim}.${sign(claim, clientSecret)}`;
        const location = new URL('/oauth/v2/authorize', apiUrl);
        const scope = manifest.oauth_config.scopes.bot.join(',');
        location.search = new URLSearchParams({
          client_id: clientId,
          scope,
          state,
          redirect_uri: redirectUri,
        }).toString();
        const headers = {
          location: location.href,
          'set-cookie': cookieOf(state, stateMs / 1000),
          'cache-control': 'no-store',
        };
        return new Response(null, { status: 302, headers });
      }
      const [code, state] = [url.searchParams.get('code'), url.searchParams.get('state') ?? ''];
      await takeState(state, readCookie(request), clientSecret, kept);
      const used = { 'set-cookie': cookieOf('', 0) };
      if (code === null) return plain('Firstline was not installed.', used);
      const asked = { client_id: clientId, client_secret: clientSecret, code, redirect_uri: redirectUri };
      const granted: Granted = await call(client.oauth.v2.access(asked)).catch(() => {
        // Refused by the platform, or away: the link is to be opened again.
        throw new Refused(503, 'not_granted', used);
      });
      await installs.save(granted);
      return plain('Firstline is installed. You can close this page.', used);
    },
  };
};

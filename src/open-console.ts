import type { Hono } from 'hono';

import type { Receive } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { createCases } from '#console/cases.ts';
import { createConsole } from '#console/routes.ts';
import { createTokens, type TokenEntry } from '#guardrails/pii/tokens.ts';
import type { createVault } from '#privacy/vault.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';

export interface OpenConsoleParts {
  readonly config: Config;
  readonly store: Store;
  readonly vault: ReturnType<typeof createVault>;
  readonly clock: Clock;
  readonly receive: (channel: string) => Receive;
}

/** The desk in a browser; null where no password is set for it. */
export const openConsole = ({ config, store, vault, clock, receive }: OpenConsoleParts): Hono | null => {
  const { FIRSTLINE_CONSOLE_PASSWORD: password, FIRSTLINE_PUBLIC_URL: publicUrl } = config.secrets;
  if (password === undefined) return null;
  const { limits } = config;
  return createConsole({
    cases: createCases({
      store,
      vault,
      restore: ({ tokens }, sealer, text) =>
        tokens ? createTokens(JSON.parse(sealer.open(tokens, 'tokens')) as TokenEntry[]).restore(text) : text,
      listMax: limits.consoleListMax,
      saidMax: limits.consoleSaidMax,
    }),
    receive,
    password,
    secret: vault.derive('console'),
    clock,
    triesMax: limits.consoleTriesMax,
    isSecure: publicUrl?.startsWith('https:') ?? false,
  }) as unknown as Hono;
};

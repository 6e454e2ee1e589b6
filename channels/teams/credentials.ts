import type { ServiceClientCredentials, ServiceClientCredentialsFactory } from 'botframework-connector';
import type { TeamsConfig } from './config.ts';
import { login } from './login.ts';

/** A token is renewed this long before it ends. */
const renewBeforeMs = 5 * 60_000;

export interface Credentials {
  /** What the SDK asks for. */
  readonly factory: ServiceClientCredentialsFactory;
  /** Rejects with TokenError. */
  token(): Promise<string>;
  /** Forgets a token that was refused. */
  forget(): void;
}

/** Tokens for the connector, kept until shortly before they end. */
export function createCredentials(config: TeamsConfig): Credentials {
  let current: { readonly token: Promise<string>; renewAt: number } | null = null;

  /** One login at a time: whoever asks meanwhile waits for the same token. */
  function token(): Promise<string> {
    if (current && current.renewAt > Date.now()) return current.token;
    const asked = login(config);
    const mine = { token: asked.then((got) => got.token), renewAt: Number.POSITIVE_INFINITY };
    current = mine;
    asked.then(
      ({ expiresInSeconds }) => (mine.renewAt = Date.now() + expiresInSeconds * 1000 - renewBeforeMs),
      () => current === mine && (current = null),
    );
    return mine.token;
  }

  const client: ServiceClientCredentials = {
    async signRequest(request) {
      request.headers.set('authorization', `Bearer ${await token()}`);
      return request;
    },
  };
  const factory: ServiceClientCredentialsFactory = {
    isValidAppId: (id) => Promise.resolve(id === config.appId),
    isAuthenticationDisabled: () => Promise.resolve(false),
    createCredentials: () => Promise.resolve(client),
  };
  return { factory, token, forget: () => void (current = null) };
}

import type { ServiceClientCredentials, ServiceClientCredentialsFactory } from 'botframework-connector';
import { z } from 'zod';

const scope = 'https://api.botframework.com/.default';
const requestMsMax = 10_000;
/** A token is renewed this long before it ends. */
const renewBeforeMs = 5 * 60_000;

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().catch('') });

/** learn.microsoft.com/entra/identity-platform/reference-error-codes, in words for whoever sets this up. */
const meanings: Readonly<Record<string, string>> = {
  AADSTS7000215: 'the client secret is wrong (its value is asked for, not its id)',
  AADSTS7000222: 'the client secret has expired',
  AADSTS7000112: 'the app is disabled',
  AADSTS700016: 'the app id is not known in this tenant',
  AADSTS90002: 'the tenant is not known',
};

/** The login endpoint gave no token; nothing was sent anywhere. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  /** The credentials themselves were refused: it stays so until people change them. */
  readonly isFinal: boolean;

  constructor(message: string, options: { isFinal?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isFinal = options.isFinal ?? false;
  }
}

function toTokenError(status: number, body: unknown): TokenError {
  const { data } = refusalSchema.safeParse(body);
  if (!data || status >= 500 || status === 429)
    return new TokenError(`The login endpoint gave no token: HTTP ${status}`);
  const code = /AADSTS\d+/.exec(data.error_description)?.[0] ?? data.error;
  const why = meanings[code];
  return new TokenError(`Microsoft gives no token: ${why ? `${why}, ${code}` : code}`, { isFinal: true });
}

export interface Credentials {
  /** What the SDK asks for. */
  readonly factory: ServiceClientCredentialsFactory;
  /** Rejects with TokenError. */
  token(): Promise<string>;
  /** Forgets a token that was refused. */
  forget(): void;
}

/** Client credentials for the connector. The SDK's own way refuses login servers without https, so it is a plain POST. */
export function createCredentials(options: {
  readonly appId: string;
  readonly appPassword: string;
  readonly loginUrl: string;
}): Credentials {
  const { appId, appPassword, loginUrl } = options;
  let current: { readonly token: Promise<string>; renewAt: number } | null = null;

  async function login(): Promise<{ token: string; renewAt: number }> {
    const form = { grant_type: 'client_credentials', client_id: appId, client_secret: appPassword, scope };
    const response = await fetch(`${loginUrl}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(requestMsMax),
    }).catch((cause: unknown) => {
      throw new TokenError('The login endpoint cannot be reached', { cause });
    });
    const body: unknown = await response.json().catch(() => null);
    const answer = answerSchema.safeParse(body);
    if (!response.ok || !answer.success) throw toTokenError(response.status, body);
    const { access_token: token, expires_in: seconds } = answer.data;
    return { token, renewAt: Date.now() + seconds * 1000 - renewBeforeMs };
  }

  /** One login at a time: whoever asks meanwhile waits for the same token. */
  function token(): Promise<string> {
    if (current && current.renewAt > Date.now()) return current.token;
    const asked = login();
    const mine = { token: asked.then((got) => got.token), renewAt: Number.POSITIVE_INFINITY };
    current = mine;
    asked.then(
      ({ renewAt }) => (mine.renewAt = renewAt),
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
    isValidAppId: (id) => Promise.resolve(id === appId),
    isAuthenticationDisabled: () => Promise.resolve(false),
    createCredentials: () => Promise.resolve(client),
  };
  return { factory, token, forget: () => void (current = null) };
}

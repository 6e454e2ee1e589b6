import { z } from 'zod';
import type { TeamsConfig } from './config.ts';
import { tokenOfIdentity } from './managed-identity.ts';
import { TokenError } from './token-error.ts';

/** What the token is for: the Bot Connector. */
const resource = 'https://api.botframework.com';
/** A token for this is no more than a proof of who the identity is. */
const exchange = 'api://AzureADTokenExchange';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const requestMsMax = 10_000;
/** The login server of every app that is not bound to one tenant. */
const anyTenant = 'botframework.com';

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().catch('') });

/** learn.microsoft.com/entra/identity-platform/reference-error-codes, in words for whoever sets this up. */
const meanings: Readonly<Record<string, string>> = {
  AADSTS7000215: 'the client secret is wrong (its value is asked for, not its id)',
  AADSTS7000222: 'the client secret has expired',
  AADSTS7000112: 'the app is disabled',
  AADSTS700016: 'the app id is not known in this tenant',
  AADSTS70021: 'the app has no federated credential for this managed identity',
  AADSTS700213: 'the app has no federated credential for this managed identity',
  AADSTS90002: 'the tenant is not known',
};

export interface Granted {
  readonly token: string;
  readonly expiresInSeconds: number;
}

function toTokenError(status: number, body: unknown): TokenError {
  const { data } = refusalSchema.safeParse(body);
  if (!data || status >= 500 || status === 429)
    return new TokenError(`The login endpoint gave no token: HTTP ${status}`);
  const code = /AADSTS\d+/.exec(data.error_description)?.[0] ?? data.error;
  const why = meanings[code];
  return new TokenError(`Microsoft gives no token: ${why ? `${why}, ${code}` : code}`, { isFinal: true });
}

export const loginUrlOf = ({ loginUrl, appType, tenantId }: TeamsConfig): string =>
  loginUrl?.replace(/\/$/, '') ??
  `https://login.microsoftonline.com/${appType !== 'MultiTenant' && tenantId ? tenantId : anyTenant}`;

/** The SDK's own way refuses login servers without https, so it is a plain POST. */
async function ask(config: TeamsConfig, proof: Readonly<Record<string, string>>): Promise<Granted> {
  const form = { grant_type: 'client_credentials', client_id: config.appId, scope: `${resource}/.default`, ...proof };
  const response = await fetch(`${loginUrlOf(config)}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(requestMsMax),
  }).catch((cause: unknown) => {
    throw new TokenError('The login endpoint cannot be reached', { cause });
  });
  const body: unknown = await response.json().catch(() => null);
  const { data: answer } = answerSchema.safeParse(body);
  if (!response.ok || !answer) throw toTokenError(response.status, body);
  return { token: answer.access_token, expiresInSeconds: answer.expires_in };
}

/**
 * A token for the connector: for a client secret; of the managed identity that the app is; or for a proof of another identity,
 * which the app trusts by its federated credential. Rejects with TokenError.
 */
export async function login(config: TeamsConfig): Promise<Granted> {
  const { appId, appPassword, identityClientId } = config;
  if (identityClientId === undefined) return ask(config, { client_secret: appPassword ?? '' });
  if (identityClientId === appId) return tokenOfIdentity(config, appId, resource);
  const { token } = await tokenOfIdentity(config, identityClientId, exchange);
  return ask(config, { client_assertion_type: assertionType, client_assertion: token });
}

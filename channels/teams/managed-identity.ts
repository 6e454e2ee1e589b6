import { z } from 'zod';
import type { TeamsConfig } from './config.ts';
import type { Granted } from './login.ts';
import { TokenError } from './token-error.ts';

const requestMsMax = 10_000;

const answerSchema = z.object({
  access_token: z.string().min(1),
  /** Seconds since 1970; the App Service tells only this. */
  expires_on: z.coerce.number().positive(),
});

interface Request {
  readonly url: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** learn.microsoft.com: App Service and Container Apps name an endpoint of their own, everything else in Azure has one address. */
const requestOf = ({ identityEndpoint, identityHeader, imdsUrl }: TeamsConfig): Request =>
  identityEndpoint && identityHeader
    ? { url: identityEndpoint, version: '2019-08-01', headers: { 'x-identity-header': identityHeader } }
    : { url: `${imdsUrl}/metadata/identity/oauth2/token`, version: '2018-02-01', headers: { metadata: 'true' } };

/** A token of the user-assigned identity with this client id, from the machine it is assigned to. Rejects with TokenError. */
export async function tokenOfIdentity(config: TeamsConfig, clientId: string, resource: string): Promise<Granted> {
  const { url, version, headers } = requestOf(config);
  const query = new URLSearchParams({ 'api-version': version, resource, client_id: clientId });
  const response = await fetch(`${url}?${query}`, {
    headers,
    // The header is a secret of this machine.
    redirect: 'error',
    signal: AbortSignal.timeout(requestMsMax),
  }).catch((cause: unknown) => {
    throw new TokenError('The endpoint of the managed identity cannot be reached: is this machine in Azure?', {
      cause,
    });
  });
  const { data: answer } = answerSchema.safeParse(await response.json().catch(() => null));
  if (response.status === 400)
    throw new TokenError(`The managed identity ${clientId} is not assigned to this machine`, { isFinal: true });
  if (!response.ok || !answer) throw new TokenError(`The managed identity gave no token: HTTP ${response.status}`);
  return { token: answer.access_token, expiresInSeconds: answer.expires_on - Date.now() / 1000 };
}

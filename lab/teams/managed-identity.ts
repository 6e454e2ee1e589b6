import { randomBytes } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { Tokens } from './tokens.ts';

export interface ManagedIdentityOptions {
  /** Of the user-assigned identity that this machine has. */
  readonly clientId: string;
  /** Whether the app has a federated credential for it; true unless told. */
  readonly isTrusted?: boolean;
}

export interface ManagedIdentity {
  /** Both endpoints of a machine in Azure: that of every virtual machine, and that of an App Service. */
  readonly routes: Hono<{ Bindings: HttpBindings }>;
  /** What App Service asks for in its header. */
  readonly header: string;
  /** Whether this was given as a proof of the identity, to exchange it. */
  proves(assertion: string | null): boolean;
  /** Tokens given so far, by what they are for. */
  given(): Readonly<Record<string, number>>;
}

const connectorResource = 'https://api.botframework.com';
const exchangeResource = 'api://AzureADTokenExchange';
const proofSeconds = 24 * 3600;

/** The identity of a machine, or a machine without one. */
export function createManagedIdentity(
  appId: string,
  identity: ManagedIdentityOptions | undefined,
  tokens: Tokens,
): ManagedIdentity {
  const header = randomBytes(16).toString('hex');
  const proofs = new Set<string>();
  const given: Record<string, number> = {};
  const routes = new Hono<{ Bindings: HttpBindings }>();

  function answer(c: Context, version: string): Response {
    const { 'api-version': asked, resource = '', client_id: clientId } = c.req.query();
    if (asked !== version) return c.json({ error: 'invalid_request', error_description: 'Bad api-version' }, 400);
    if (!identity || clientId !== identity.clientId)
      return c.json({ error: 'invalid_request', error_description: 'Identity not found' }, 400);
    // The connector takes tokens of the app alone.
    const isApp = resource === connectorResource && clientId === appId;
    if (!isApp && resource !== exchangeResource)
      return c.json({ error: 'invalid_resource', error_description: 'AADSTS500011' }, 400);
    given[resource] = (given[resource] ?? 0) + 1;
    const proof = { token: randomBytes(24).toString('base64url'), expiresInSeconds: proofSeconds };
    const { token, expiresInSeconds } = isApp ? tokens.issue() : proof;
    if (!isApp) proofs.add(token);
    const expiresOn = String(Math.floor(Date.now() / 1000) + expiresInSeconds);
    return c.json({ access_token: token, expires_on: expiresOn, resource, token_type: 'Bearer', client_id: clientId });
  }

  routes.get('/metadata/identity/oauth2/token', (c) =>
    // A request that a proxy was talked into making has no such header, or has the proxy's.
    c.req.header('metadata') === 'true' && c.req.header('x-forwarded-for') === undefined
      ? answer(c, '2018-02-01')
      : c.json({ error: 'invalid_request', error_description: 'Required metadata header not specified' }, 400),
  );
  routes.get('/msi/token', (c) =>
    c.req.header('x-identity-header') === header ? answer(c, '2019-08-01') : c.json({ statusCode: 401 }, 401),
  );
  return {
    routes,
    header,
    proves: (assertion) => identity?.isTrusted !== false && assertion !== null && proofs.has(assertion),
    given: () => given,
  };
}

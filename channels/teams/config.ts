import { z } from 'zod';

/** Where Microsoft's connectors live: public cloud, then the government clouds. A leading `*.` stands for any subdomain. */
const connectorHosts = [
  'smba.trafficmanager.net',
  '*.botframework.com',
  'smba.infra.gcc.teams.microsoft.com',
  'smba.infra.gov.teams.microsoft.us',
  'smba.infra.dod.teams.microsoft.us',
];

/** Settings of the Teams channel. The URLs are only set for another cloud than the public one. */
export const teamsConfig = z
  .strictObject({
    /** The Microsoft App ID (a GUID) of the Azure bot. */
    appId: z.string().min(1),
    /** The client secret; a managed identity needs none. */
    appPassword: z.string().min(1).optional(),
    /** The client id of a user-assigned managed identity: the app itself, or one that it has a federated credential for. */
    identityClientId: z.string().min(1).optional(),
    /** Where App Service and Container Apps give tokens of the identity, and the secret they ask for. */
    identityEndpoint: z.url().optional(),
    identityHeader: z.string().min(1).optional(),
    /** Where all other machines in Azure get them: the same everywhere. */
    imdsUrl: z.url().default('http://169.254.169.254'),
    /** A user-assigned managed identity belongs to one tenant. */
    appType: z.enum(['SingleTenant', 'MultiTenant', 'UserAssignedMSI']).default('SingleTenant'),
    tenantId: z.string().min(1).optional(),
    openIdMetadataUrl: z.url().default('https://login.botframework.com/v1/.well-known/openidconfiguration'),
    /** Tokens come from `<loginUrl>/oauth2/v2.0/token`. */
    loginUrl: z.url().optional(),
    issuer: z.url().default('https://api.botframework.com'),
    /** Hosts (`*.` for subdomains, always https) or URL prefixes that may be written to. */
    serviceUrls: z.array(z.string().min(1)).min(1).default(connectorHosts),
    /** Hosts, written alike, that files people send are read from, without our token. */
    fileHosts: z.array(z.string().min(1)).default(['*.sharepoint.com']),
  })
  .refine(({ appType, tenantId }) => appType === 'MultiTenant' || tenantId !== undefined, {
    path: ['tenantId'],
    error: 'An app of one tenant needs its tenantId.',
  })
  .refine(({ appPassword, identityClientId }) => (appPassword === undefined) !== (identityClientId === undefined), {
    path: ['appPassword'],
    error: 'Either a client secret or the client id of a managed identity is needed.',
  });

export type TeamsConfig = z.infer<typeof teamsConfig>;
/** What may be written in a configuration: the defaults can be left out. */
export type TeamsSettings = z.input<typeof teamsConfig>;

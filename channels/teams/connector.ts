import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type Activity, type TurnContext } from 'botbuilder';
import type { ConnectorClient } from 'botframework-connector';
import { Entity } from 'botframework-connector/lib/connectorApi/models/mappers.js';
import { ChannelError } from '#core/errors.ts';
import type { TeamsConfig } from './config.ts';
import { createCredentials, TokenError } from './credentials.ts';

/** The login server of every app that is not bound to one tenant. */
const anyTenant = 'botframework.com';
const loginUrlOf = ({ loginUrl, appType, tenantId }: TeamsConfig): string =>
  loginUrl?.replace(/\/$/, '') ??
  `https://login.microsoftonline.com/${appType === 'SingleTenant' && tenantId ? tenantId : anyTenant}`;
const requestMsMax = 10_000;

export interface Connector {
  /** 'forged' for whatever is not signed by the platform, 'unknown' while its keys cannot be had. */
  authenticate(payload: Record<string, unknown>, authorization: string): Promise<'authentic' | 'forged' | 'unknown'>;
  /** Answers the new activity's id. Throws ChannelError. */
  post(place: Place, activity: object): Promise<string>;
  /** A part of a stream. Answers the id of the stream where this one starts it. Throws ChannelError. */
  stream(place: Place, activity: object): Promise<string | null>;
  put(place: Place, id: string, activity: object): Promise<void>;
  /** Rejects with TokenError. */
  login(): Promise<void>;
}

export interface Place {
  readonly serviceUrl: string;
  readonly conversation: string;
}

/** The SDK sends only the fields it knows of an entity, and drops those of the AI label and the citations. */
function openEntities(): void {
  Object.assign(Entity.type, { additionalProperties: { type: { name: 'Object' } } });
}

/** The SDK's pipeline sends a POST again after a 5xx, which would show a message twice. */
function withoutRetries(client: ConnectorClient): ConnectorClient {
  const { pipeline } = (
    client as unknown as { client: { pipeline: { removePolicy(options: { name: string }): unknown } } }
  ).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  return client;
}

const authenticationOf = (config: TeamsConfig, credentials: ReturnType<typeof createCredentials>) =>
  new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: config.appId,
      ...(config.tenantId ? { MicrosoftAppTenantId: config.tenantId } : {}),
      ToChannelFromBotLoginUrl: loginUrlOf(config),
      ToChannelFromBotOAuthScope: 'https://api.botframework.com',
      ToBotFromChannelTokenIssuer: config.issuer,
      ToBotFromChannelOpenIdMetadataUrl: config.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: config.openIdMetadataUrl,
      OAuthUrl: 'https://api.botframework.com',
      CallerId: '',
      ValidateAuthority: true,
    },
    credentials.factory,
  );

/** The Bot Connector through the SDK: no retries, 10 s for each call. */
export function createConnector(config: TeamsConfig): Connector {
  openEntities();
  const credentials = createCredentials({
    appId: config.appId,
    appPassword: config.appPassword,
    loginUrl: loginUrlOf(config),
  });
  const authentication = authenticationOf(config, credentials);
  const adapter = new CloudAdapter(authentication);

  async function call<T>(
    { serviceUrl, conversation }: Place,
    act: (client: ConnectorClient) => Promise<T>,
  ): Promise<T> {
    const reference = {
      channelId: 'msteams',
      serviceUrl,
      bot: { id: `28:${config.appId}`, name: '' },
      conversation: { id: conversation, isGroup: false, conversationType: '', name: '' },
    };
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const logic = async (context: TurnContext) => {
      const client = context.turnState.get<ConnectorClient>(adapter.ConnectorClientKey);
      await act(withoutRetries(client)).then(resolve, reject);
    };
    await adapter.continueConversationAsync(config.appId, reference, logic).catch(reject);
    return promise.catch((error: unknown) => {
      if (statusOf(error) === 401) credentials.forget();
      throw toChannelError(error);
    });
  }

  const options = () => ({ abortSignal: AbortSignal.timeout(requestMsMax) as never });
  const from = { id: `28:${config.appId}`, name: '' };

  async function send(place: Place, activity: object): Promise<string | null> {
    const sent = await call(place, (client) =>
      client.conversations.sendToConversation(place.conversation, { ...activity, from } as Activity, options()),
    );
    return sent.id || null;
  }

  return {
    async authenticate(payload, authorization) {
      try {
        await authentication.authenticateRequest(payload as unknown as Activity, authorization);
        return 'authentic';
      } catch (error) {
        const { name, statusCode } = error as { name?: string; statusCode?: number };
        return name === 'FetchError' || statusCode === 500 ? 'unknown' : 'forged';
      }
    },
    async post(place, activity) {
      const id = await send(place, activity);
      if (!id) throw new ChannelError('teams', 'ambiguous', 'no_id');
      return id;
    },
    stream: send,
    async put(place, id, activity) {
      await call(place, (client) =>
        client.conversations.updateActivity(place.conversation, id, { ...activity, from, id } as Activity, options()),
      );
    },
    login: async () => void (await credentials.token()),
  };
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

interface RestFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly details?: { readonly error?: { readonly code?: string; readonly message?: string } };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** Without a usable Retry-After: the connector counts sends in windows of up to 30 s. */
const retryAfterMsDefault = 2000;

/** The connector tells the ends of a stream apart by its words alone. */
function streamEndOf(message: string): 'stream_cancelled' | 'message_too_large' | 'stream_over' {
  if (/cancell?ed/i.test(message)) return 'stream_cancelled';
  return /too large/i.test(message) ? 'message_too_large' : 'stream_over';
}

function toChannelError(error: unknown): ChannelError {
  if (error instanceof TokenError)
    return new ChannelError('teams', 'rate_limited', 'no_token', { retryAfterMs: 30_000, cause: error });
  const { statusCode: status, code, details, response } = error as RestFailure;
  const name = details?.error?.code ?? code ?? String(status ?? 'network');
  const fail = (reason: ChannelError['reason'], retryAfterMs?: number, said = name) =>
    new ChannelError('teams', reason, said, { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  if (status === 429) {
    const seconds = Number(response?.headers?.get('retry-after'));
    return fail('rate_limited', seconds > 0 ? seconds * 1000 : retryAfterMsDefault);
  }
  // The refused token has been forgotten: the next try brings a new one.
  if (status === 401) return fail('rate_limited', retryAfterMsDefault);
  if (name === 'ContentStreamNotAllowed') return fail('refused', undefined, streamEndOf(details?.error?.message ?? ''));
  if (status === 403 || status === 404) return fail('unreachable');
  // 412 tells of a write that met another one; what became of ours is not known.
  if (status === undefined || status === 408 || status === 412 || status >= 500) return fail('ambiguous');
  return fail('refused');
}

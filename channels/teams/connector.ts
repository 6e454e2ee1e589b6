import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type Activity, type TurnContext } from 'botbuilder';
import type { ConnectorClient } from 'botframework-connector';
import { Entity } from 'botframework-connector/lib/connectorApi/models/mappers.js';
import { ChannelError } from '#core/errors.ts';
import type { TeamsConfig } from './config.ts';
import { createCredentials } from './credentials.ts';
import { statusOf, toChannelError } from './failure.ts';
import { loginUrlOf } from './login.ts';

const requestMsMax = 10_000;

export interface Connector {
  /** 'forged' for whatever is not signed by the platform, 'unknown' while its keys cannot be had. */
  authenticate(payload: Record<string, unknown>, authorization: string): Promise<'authentic' | 'forged' | 'unknown'>;
  /** Answers the new activity's id. Throws ChannelError. */
  post(place: Place, activity: object): Promise<string>;
  /** A part of a stream. Answers the id of the stream where this one starts it. Throws ChannelError. */
  stream(place: Place, activity: object): Promise<string | null>;
  put(place: Place, id: string, activity: object): Promise<void>;
  /** A bearer token for the connector's hosts. Throws ChannelError. */
  token(): Promise<string>;
  /** Rejects with a sentence for people: no token, or one that the connector refuses. */
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
  const credentials = createCredentials(config);
  const authentication = authenticationOf(config, credentials);
  const adapter = new CloudAdapter(authentication);
  /** Tokens refused in a row. */
  let refusals = 0;

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
    try {
      const result = await promise;
      refusals = 0;
      return result;
    } catch (error) {
      if (statusOf(error) === 401) {
        refusals += 1;
        credentials.forget();
      }
      throw toChannelError(error, refusals);
    }
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
    token: () => credentials.token().catch((error: unknown) => Promise.reject(toChannelError(error, refusals))),
    async login() {
      await credentials.token();
      if (refusals > 1)
        throw new Error('The Bot Connector refuses our token: is this the app id of an Azure bot that is still there?');
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder';
import { ServiceClientCredentialsFactory, type ServiceClientCredentials } from 'botframework-connector';
import type { TeamsLab } from './server.ts';

export interface RealBot extends AsyncDisposable {
  readonly url: string;
  readonly adapter: CloudAdapter;
}

/** MSAL refuses http authorities, so the token comes from the login URL by hand. */
class LabCredentials extends ServiceClientCredentialsFactory {
  readonly #appId: string;
  readonly #password: string;
  readonly #loginUrl: string;
  constructor(appId: string, password: string, loginUrl: string) {
    super();
    this.#appId = appId;
    this.#password = password;
    this.#loginUrl = loginUrl;
  }
  override isValidAppId = (appId: string) => Promise.resolve(appId === this.#appId);
  override isAuthenticationDisabled = () => Promise.resolve(false);
  override async createCredentials(): Promise<ServiceClientCredentials> {
    const form = {
      grant_type: 'client_credentials',
      client_id: this.#appId,
      client_secret: this.#password,
      scope: 'https://api.botframework.com/.default',
    };
    const url = `${this.#loginUrl}/oauth2/v2.0/token`;
    return {
      async signRequest(request) {
        const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
        const { access_token: token } = (await response.json()) as { access_token: string };
        request.headers.set('authorization', `Bearer ${token}`);
        return request;
      },
    };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
}

/** The real CloudAdapter with real token validation, on a loopback port, speaking to the lab. */
export async function startBot(
  lab: TeamsLab,
  appId: string,
  password: string,
  onTurn: (context: TurnContext) => Promise<void>,
): Promise<RealBot> {
  const auth = new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: appId,
      MicrosoftAppType: 'MultiTenant',
      ToChannelFromBotLoginUrl: lab.loginUrl,
      ToChannelFromBotOAuthScope: lab.issuer,
      ToBotFromChannelTokenIssuer: lab.issuer,
      ToBotFromChannelOpenIdMetadataUrl: lab.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: lab.openIdMetadataUrl,
      OAuthUrl: lab.loginUrl,
      CallerId: '',
      ValidateAuthority: 'true',
    } as never,
    new LabCredentials(appId, password, lab.loginUrl),
  );
  const adapter = new CloudAdapter(auth);
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    let answer: unknown;
    const buffered = {
      socket: response.socket,
      status: (code: number) => void (response.statusCode = code),
      header: (name: string, value: unknown) => response.setHeader(name, String(value)),
      send: (content?: unknown) => void (answer = content),
      end: () => {},
    };
    await adapter.process(
      { body, headers: request.headers as Record<string, string>, method: 'POST' },
      buffered,
      onTurn,
    );
    response.end(answer === undefined ? undefined : JSON.stringify(answer));
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`;
  lab.setBotUrl(url);
  return {
    url,
    adapter,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

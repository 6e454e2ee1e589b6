const secretNames = [
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
  'SLACK_CLIENT_ID',
  'SLACK_CLIENT_SECRET',
  'SLACK_TEAM_ID',
  'SLACK_API_URL',
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppClientId',
  'MicrosoftAppType',
  'MicrosoftAppTenantId',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'TEAMS_OPENID_METADATA_URL',
  'TEAMS_LOGIN_URL',
  'TEAMS_ISSUER',
  'TEAMS_SERVICE_URLS',
  'DISCORD_TOKEN',
  'DISCORD_API_URL',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_FROM',
  'TWILIO_MESSAGING_SERVICE_SID',
  'TWILIO_API_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'MODERATION_API_KEY',
  'MODERATION_BASE_URL',
  'LLAMA_GUARD_API_KEY',
  'LANGFUSE_PUBLIC_KEY',
  'LANGFUSE_SECRET_KEY',
  'LANGFUSE_BASE_URL',
  'EMBEDDER_API_KEY',
  'RERANKER_API_KEY',
  'ZENDESK_ACCESS',
  'ZENDESK_URL',
  'ZENDESK_TICKETS_ACCESS',
  'ZENDESK_WEBHOOK_SECRET',
  'INTERCOM_ACCESS_TOKEN',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'FIRSTLINE_PUBLIC_URL',
  'FIRSTLINE_MASTER_KEY',
  'FIRSTLINE_WEB_IDENTITY_SECRET',
  'FIRSTLINE_CONSOLE_PASSWORD',
] as const;
export type SecretName = (typeof secretNames)[number];
export type Secrets = Readonly<Partial<Record<SecretName, string>>>;

/** Ten guesses a minute find none of so many signs. */
const passwordLengthMin = 12;

/** Which settings make a channel work: all of one line, or none. */
const channelSecrets: Readonly<Record<string, readonly (readonly SecretName[])[]>> = {
  slack: [
    ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'],
    ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_SIGNING_SECRET', 'FIRSTLINE_PUBLIC_URL'],
  ],
  teams: [
    ['MicrosoftAppId', 'MicrosoftAppPassword'],
    ['MicrosoftAppId', 'MicrosoftAppClientId'],
  ],
  discord: [['DISCORD_TOKEN']],
  zendesk: [['ZENDESK_URL', 'ZENDESK_TICKETS_ACCESS']],
  sms: [['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']],
};
/** Ours is no credential of a channel. */
const isCredential = (name: SecretName): boolean => !name.startsWith('FIRSTLINE_');

/** All of them that are set; what is wrong with them is added to the problems. */
export const readSecrets = (environment: NodeJS.ProcessEnv, problems: string[]): Secrets => {
  const secrets: Partial<Record<SecretName, string>> = {};
  for (const name of secretNames) if (environment[name]) secrets[name] = environment[name];
  for (const [channel, ways] of Object.entries(channelSecrets)) {
    const begun = ways.filter((names) => names.some((name) => isCredential(name) && secrets[name]));
    const lacking = begun.map((names) => names.filter((name) => !secrets[name]));
    const least = Math.min(...lacking.map((names) => names.length));
    if (lacking.length > 0 && least > 0) {
      const either = lacking.filter((names) => names.length === least).map((names) => names.join(' and '));
      problems.push(`${either.join(' or ')} must be set too for the ${channel} channel.`);
    }
  }
  for (const name of secretNames) {
    if (name.endsWith('_URL') && secrets[name] && !URL.canParse(secrets[name]))
      problems.push(`${name} must be an address such as https://example.com.`);
  }
  const { FIRSTLINE_CONSOLE_PASSWORD: password } = secrets;
  if (password !== undefined && password.length < passwordLengthMin)
    problems.push(`FIRSTLINE_CONSOLE_PASSWORD must have ${passwordLengthMin} signs or more: it opens every case.`);
  return secrets;
};

/** Names of the channels whose credentials are set. */
export const configuredChannels = (secrets: Secrets): string[] =>
  Object.entries(channelSecrets)
    .filter(([, ways]) => ways.some((names) => names.every((name) => secrets[name])))
    .map(([channel]) => channel);

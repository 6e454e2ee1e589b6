import { z } from 'zod';

/** The Web API's root: always ends with a slash, and with `api/` when the given address names no path. */
const apiUrl = z.url({ protocol: /^https?$/ }).transform((given) => {
  const url = new URL(given);
  if (url.pathname === '/') url.pathname = '/api/';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
});

const fields = z.strictObject({
  /** `xoxb-…`, of the workspace in which the app was made; not needed where workspaces install it. */
  botToken: z.string().min(1).optional(),
  signingSecret: z.string().min(1),
  /** `xapp-…`; when set, events come over Socket Mode and no public address is needed. */
  appToken: z.string().min(1).optional(),
  apiUrl: apiUrl.default('https://slack.com/api/'),
  /** Requests made for another app are refused. */
  appId: z.string().min(1).optional(),
  /** The workspace that the bot token must be of, and that rooms without one are in; the bot token's own when absent. */
  teamId: z.string().min(1).optional(),
  /** With both of these and `publicUrl` any workspace may install the app at /channels/slack/install. */
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  /** Our own address as the platform sees it. */
  publicUrl: z.url().optional(),
});

const installNeeds = ['clientId', 'clientSecret', 'publicUrl'] as const;

export const slackConfig = fields.superRefine((given, { addIssue }) => {
  const isInstallable =
    given.clientId !== undefined || given.clientSecret !== undefined || given.botToken === undefined;
  for (const name of installNeeds)
    if (isInstallable && given[name] === undefined)
      addIssue({ code: 'custom', path: [name], message: 'is needed where workspaces install the app' });
});

export type SlackConfig = z.infer<typeof slackConfig>;
export type SlackConfigInput = z.input<typeof slackConfig>;

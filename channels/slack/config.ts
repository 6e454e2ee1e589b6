import { z } from 'zod';

/** The Web API's root: always ends with a slash, and with `api/` when the given address names no path. */
const apiUrl = z.url({ protocol: /^https?$/ }).transform((given) => {
  const url = new URL(given);
  if (url.pathname === '/') url.pathname = '/api/';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
});

export const slackConfig = z.strictObject({
  /** `xoxb-…` */
  botToken: z.string().min(1),
  signingSecret: z.string().min(1),
  /** `xapp-…`; when set, events come over Socket Mode and no public address is needed. */
  appToken: z.string().min(1).optional(),
  apiUrl: apiUrl.default('https://slack.com/api/'),
  /** Requests made for another app are refused. */
  appId: z.string().min(1).optional(),
  /** The workspace served; the bot token's own when absent. */
  teamId: z.string().min(1).optional(),
});

export type SlackConfig = z.infer<typeof slackConfig>;
export type SlackConfigInput = z.input<typeof slackConfig>;

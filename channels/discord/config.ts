import { z } from 'zod';

/** Where the REST API is: without its version, which the SDK adds. */
function toApiUrl(text: string): string {
  const trimmed = text.replace(/\/+$/, '').replace(/\/v10$/, '');
  return new URL(trimmed).pathname === '/' ? `${trimmed}/api` : trimmed;
}

/** Settings of the Discord channel. */
export const discordConfig = z.strictObject({
  token: z.string().min(1),
  apiUrl: z.url().default('https://discord.com/api').transform(toApiUrl),
  /** When given, a token of another application is refused at the start. */
  applicationId: z
    .string()
    .regex(/^\d{15,}$/, 'An application id has digits only.')
    .optional(),
});

/** What may be written in a configuration: the defaults can be left out. */
export type DiscordSettings = z.input<typeof discordConfig>;

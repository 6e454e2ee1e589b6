import { z } from 'zod';

export const zendeskConfig = z.object({
  /** Such as https://acme.zendesk.com. */
  url: z.url(),
  /** `email/token:key`, of an agent whose name the tickets are written under. */
  access: z.string().regex(/^[^\s:]+\/token:\S+$/, 'email/token:key'),
  /** Signs what Zendesk tells us; without it nothing is taken from there. */
  webhookSecret: z.string().min(1).exactOptional(),
});
export type ZendeskSettings = z.infer<typeof zendeskConfig>;

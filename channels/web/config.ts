import { z } from 'zod';

/** The web channel's settings, in config/default.yaml. */
export const webConfig = z.strictObject({
  enabled: z.boolean(),
  /** Origins whose pages may embed the widget, such as https://www.example.com. */
  allowedOrigins: z.array(z.url()),
});

export type WebConfig = z.infer<typeof webConfig>;

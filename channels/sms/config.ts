import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** A number as `+` and 7 to 15 digits. */
export const e164 = /^\+[1-9]\d{6,14}$/;

export const smsConfig = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, 'an account SID is AC and 32 hexadecimal digits'),
  authToken: z.string().min(1),
  /** HELP and INFO are answered by us: only where the platform's own answers are switched off. */
  answersHelp: z.boolean().default(false),
  /** Our number: messages to another one are not for us. */
  from: z.string().regex(e164, 'a number is written as + and digits, country code first'),
  /** Stands for https://api.twilio.com. */
  apiUrl: httpUrl.optional(),
  /**
   * Where the platform reaches us, exactly as its webhook settings name it, without `/channels/…`: signatures cover it.
   * Without it nothing is told of deliveries, and signatures are checked against the address a request came to.
   */
  publicUrl: httpUrl.optional(),
});

export type SmsConfig = z.infer<typeof smsConfig>;
export type SmsConfigInput = z.input<typeof smsConfig>;

import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** A number as `+` and 7 to 15 digits. */
export const e164 = /^\+[1-9]\d{6,14}$/;

/** What an operator decides, in config/default.yaml. */
export const smsSettings = z.strictObject({
  /** HELP and INFO are answered by us: only where the platform's own answers are switched off. */
  answersHelp: z.boolean(),
  /** Agents see whole numbers; otherwise the last four digits. */
  showsNumbers: z.boolean(),
  /**
   * The template that stands for free words on WhatsApp when 24 hours have passed since the person wrote: it is given the message as
   * its variable 1. Empty: nothing is sent then, and the desk is told.
   */
  whatsappTemplate: z.union([
    z.literal(''),
    z.string().regex(/^HX[0-9a-f]{32}$/i, 'a content SID is HX and 32 digits'),
  ]),
});
export type SmsSettings = z.infer<typeof smsSettings>;

export const smsConfig = smsSettings.partial().extend({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, 'an account SID is AC and 32 hexadecimal digits'),
  authToken: z.string().min(1),
  /** Our numbers, separated by commas: messages to others are not for us. */
  from: z
    .string()
    .transform((list) => list.split(',').map((number) => number.trim()))
    .pipe(z.array(z.string().regex(e164, 'a number is written as + and digits, country code first')).min(1)),
  /** The service that our numbers are in: it adds its rules to each send, and what comes to another number of it is for us, too. */
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-f]{32}$/i, 'a messaging service SID is MG and 32 hexadecimal digits')
    .optional(),
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

import { ChannelError } from '#core/errors.ts';

/** The platform names no wait with 20429 and asks for backoff; this is the first step. */
const rateLimitedWaitMs = 1000;

/** The credentials are of no use until people put others in their place: what is to be said waits for that, and is not lost. */
const deadCredentialsRetryMs = 60_000;

const unreachable = new Set([21211, 21614]);

/** The person has told the platform to bring them nothing from this number. */
export const optedOut = '21610';

/** Free words on WhatsApp, too late. */
export const outsideWindow = '63016';

/** Codes that an agent may meet, in words (twilio.com/docs/api/errors). */
const explanations: Readonly<Record<string, string>> = {
  '21211': 'there is no such number',
  '21408': 'the account may not send to that country',
  '21610': 'they have opted out of messages from this number',
  '21612': 'there is no way from our number to theirs',
  '21614': 'the number takes no text messages',
  '30001': 'too many messages waited before it',
  '30002': 'the account is suspended',
  '30003': 'the phone is switched off or out of reach',
  '30004': 'the phone, or its carrier, blocks messages from this number',
  '30005': 'the number is unknown, or not in use any more',
  '30006': 'the number is a landline, or its carrier takes no text messages',
  '30007': 'the carrier took it for spam, by its content',
  '30008': 'it did not arrive, and the carrier does not say why',
  '30034': 'our number is not registered with the carriers',
  '30036': 'it could not be brought to the phone in time',
  '30610': 'it is too late or too early where they live',
  '63016': 'WhatsApp takes free words only within 24 hours of the person’s last message',
  '63024': 'the number is not on WhatsApp',
};

/** What a code of the platform's means, for people; null for one that says nothing to them. */
export const explain = (code: string): string | null => explanations[code] ?? null;

/** Why a call of the Messages API failed, in the contract's words. */
const toChannelError = (error: unknown): ChannelError => {
  const { code, status } = error as { code?: unknown; status?: unknown };
  if (typeof status !== 'number' || status >= 500)
    return new ChannelError('sms', 'ambiguous', typeof status === 'number' ? `http_${status}` : 'no_answer', {
      cause: error,
    });
  const name = String(code ?? `http_${status}`);
  if (code === 20429 || status === 429)
    return new ChannelError('sms', 'rate_limited', name, { retryAfterMs: rateLimitedWaitMs, cause: error });
  if (code === 20003 || status === 401)
    return new ChannelError('sms', 'rate_limited', name, { retryAfterMs: deadCredentialsRetryMs, cause: error });
  if (name === optedOut) return new ChannelError('sms', 'no_consent', name, { cause: error });
  return new ChannelError('sms', unreachable.has(Number(code)) ? 'unreachable' : 'refused', name, { cause: error });
};

/** The answer of a call. Throws ChannelError. */
export const call = async <T>(calling: Promise<T>): Promise<T> => {
  try {
    return await calling;
  } catch (error) {
    throw toChannelError(error);
  }
};

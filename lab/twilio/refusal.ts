/** HTTP status and wording by error code (twilio.com/docs/api/errors); `%` stands for the offending value. */
const refusals = {
  20001: [400, 'Invalid parameter: %'],
  20003: [401, 'Authenticate'],
  20009: [409, 'Cannot modify this message before it has been delivered'],
  20404: [404, 'The requested resource % was not found'],
  20429: [429, 'Too Many Requests'],
  21211: [400, "Invalid 'To' Phone Number: %"],
  21212: [400, "Invalid 'From' Phone Number: %"],
  21266: [400, "'To' and 'From' number cannot be the same: %"],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [400, "'From' % is not a Twilio phone number or Short Code country mismatch"],
  21609: [400, "The 'StatusCallback' URL % is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21619: [400, 'A text message body or media urls must be specified.'],
  21623: [400, 'Number of media files exceeds allowed limit'],
  21655: [400, 'The ContentSid % is Invalid.'],
  21656: [400, 'The Content Variables Parameter is Invalid.'],
  30409: [409, 'Message cannot be canceled: it is not scheduled'],
} as const satisfies Record<number, readonly [number, string]>;

export type RefusalCode = keyof typeof refusals;

/** A refusal in the platform's own words, answered as `{code, message, more_info, status}`. */
export class TwilioRefusal extends Error {
  readonly code: RefusalCode;
  readonly status: number;

  constructor(code: RefusalCode, value = '') {
    const [status, wording] = refusals[code];
    super(wording.replace('%', value));
    this.name = 'TwilioRefusal';
    this.code = code;
    this.status = status;
  }
}

export const toRefusalBody = (refusal: TwilioRefusal) => ({
  code: refusal.code,
  message: refusal.message,
  more_info: `https://www.twilio.com/docs/errors/${refusal.code}`,
  status: refusal.status,
});

import type { StoredMessage } from './messages.ts';
import type { Form } from './webhook.ts';

export interface Incoming {
  readonly from: string;
  /** Which of our numbers; the first where none is named. */
  readonly to?: string;
  readonly body: string;
  readonly media?: readonly { readonly bytes: Uint8Array; readonly contentType: string }[];
}

/** A file as the app is told of it. */
export interface MediaAddress {
  readonly url: string;
  readonly contentType: string;
}

/** The fields of an inbound webhook. Those the platform does not know are empty, and count in the signature. */
export const toInboundForm = (accountSid: string, message: StoredMessage, media: readonly MediaAddress[]): Form => ({
  AccountSid: accountSid,
  ApiVersion: '2010-04-01',
  Body: message.body,
  From: message.from,
  FromCity: '',
  FromCountry: 'US',
  FromState: '',
  FromZip: '',
  MessageSid: message.sid,
  NumMedia: String(media.length),
  NumSegments: String(message.segments),
  SmsMessageSid: message.sid,
  SmsSid: message.sid,
  SmsStatus: 'received',
  To: message.to,
  ToCity: '',
  ToCountry: 'US',
  ToState: '',
  ToZip: '',
  ...(message.from.startsWith('whatsapp:')
    ? { WaId: message.from.slice('whatsapp:+'.length), ProfileName: message.from.slice('whatsapp:'.length) }
    : {}),
  ...Object.fromEntries(
    media.flatMap(({ url, contentType }, index) => [
      [`MediaUrl${index}`, url],
      [`MediaContentType${index}`, contentType],
    ]),
  ),
});

import type { Attachment, AttachmentKey } from '#core/channel.ts';
import { fetchFile } from '#core/fetch-file.ts';
import type { SmsConfig } from './config.ts';
import { field, type Form } from './form.ts';

const mediaMax = 10;
const platformUrl = 'https://api.twilio.com';
/** Where the platform keeps files: it leads there from its own address, with a way in that ends soon. */
const stores = /(?:^|\.)(?:twiliocdn\.com|amazonaws\.com)$/;

/** A file of a text message has no name: what it is, and which of them. */
const toName = (mediaType: string, number: number): string => {
  const [, kind, subtype] = /^(image|audio|video|text|application)\/(?:x-)?([a-z0-9]{1,10})\b/.exec(mediaType) ?? [];
  const what = kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file';
  return subtype === undefined ? `${what}-${number}` : `${what}-${number}.${subtype}`;
};

/** MediaUrl0 to MediaUrl9, as many as there are. The platform does not say how large they are. */
export const toAttachments = (form: Form): Attachment[] =>
  Array.from(
    { length: Math.min(mediaMax, Math.max(0, Math.floor(Number(field(form, 'NumMedia')) || 0))) },
    (_, index) => {
      const mediaType = field(form, `MediaContentType${index}`).toLowerCase();
      return {
        name: toName(mediaType, index + 1),
        mediaType,
        size: null,
        key: (field(form, `MediaUrl${index}`) || 'nowhere') as AttachmentKey,
      };
    },
  );

/** What an address may be asked with: our credentials at our own account only, nothing where files are kept, else not at all. */
const headersFor = (
  { accountSid, authToken, apiUrl = platformUrl }: SmsConfig,
  address: string,
): HeadersInit | null => {
  const url = URL.parse(address);
  if (!url) return null;
  const { origin, pathname, protocol, hostname } = url;
  if (origin === new URL(apiUrl).origin)
    return pathname.startsWith(`/2010-04-01/Accounts/${accountSid}/`)
      ? { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` }
      : {};
  return protocol === 'https:' && stores.test(hostname) ? {} : null;
};

/** Reads a file of a message to us. Throws ChannelError. */
export const download = (address: string, lengthMax: number, config: SmsConfig): Promise<Uint8Array> =>
  fetchFile({
    channel: 'sms',
    address,
    lengthMax,
    redirectsMax: 3,
    headersFor: (url) => headersFor(config, url),
  });

/** Pictures that every carrier shows, and what WhatsApp opens besides (twilio.com/docs/messaging/guides/accepted-mime-types). */
const pictures: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif']);
/** Bytes. Above it the platform scales nothing down and carriers refuse. */
const pictureLengthMax = 5_000_000;
const whatsappLengthMax = 16_000_000;

/** Whether a message can hold a file of this type and of so many bytes itself. */
export const takesMedia = (mediaType: string, size: number, isOnWhatsApp: boolean): boolean =>
  isOnWhatsApp
    ? size <= whatsappLengthMax && (pictures.has(mediaType) || mediaType === 'application/pdf')
    : size <= pictureLengthMax && pictures.has(mediaType);

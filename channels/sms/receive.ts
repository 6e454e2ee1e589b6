import { z } from 'zod';
import type {
  InboundAction,
  InboundConsent,
  InboundDelivery,
  InboundMessage,
  SentKey,
  ThreadKey,
} from '#core/channel.ts';
import { Refused } from '#core/errors.ts';
import { given } from '#core/given.ts';
import { isAnswerable, numberOf } from './address.ts';
import type { SmsConfig } from './config.ts';
import { toAttachments } from './files.ts';
import { field, type Form } from './form.ts';
import { zoneOf } from './zones.ts';
import { readWish } from './wishes.ts';

const statuses: Readonly<Record<string, InboundDelivery['status']>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
};

const thread = z.object({ from: z.string(), to: z.string() });

type Ours = Pick<SmsConfig, 'accountSid' | 'from' | 'messagingServiceSid' | 'answersHelp' | 'showsNumbers'>;

/** `from` is the person's address, `to` is ours: a conversation stays with the number that it was begun on. Equal threads give equal keys. */
export const toThreadKey = (from: string, to: string): ThreadKey => JSON.stringify({ from, to }) as ThreadKey;

/** Throws when the key is not of this channel. */
export const readThreadKey = (key: ThreadKey): { from: string; to: string } => thread.parse(JSON.parse(key));

/** Throws Refused 403 for another account's webhook and 400 for one that names no message. */
const sidOf = (form: Form, accountSid: string): string => {
  if (field(form, 'AccountSid') !== accountSid) throw new Refused(403, 'foreign_account');
  const sid = field(form, 'MessageSid');
  if (sid === '') throw new Refused(400, 'no_message_sid');
  return sid;
};

/** What every event of a person has: theirs is the number that is `person`, ours the other. */
const toBase = (id: string, person: string, number: string, { showsNumbers = false }: Ours, now: Date) => ({
  channel: 'sms',
  id,
  thread: toThreadKey(person, number),
  // A number is personal data: where a name is shown, only its end is, unless the organization wants it otherwise.
  sender: {
    id: person,
    organization: number,
    displayName: showsNumbers ? numberOf(person) : `…${person.slice(-4)}`,
    ...given({ timezone: zoneOf(numberOf(person)) }),
  },
  // The webhook carries no time.
  sentAt: now,
});

/**
 * What a person sent: words, a wish to be written to no more or again, or one for help; null for help that the platform gives, for
 * numbers nobody can be answered at, and for numbers not ours.
 */
export const toInbound = (
  form: Form,
  ours: Ours,
  now = new Date(),
): InboundMessage | InboundConsent | InboundAction | null => {
  const id = sidOf(form, ours.accountSid);
  const [person, number, body] = [field(form, 'From'), field(form, 'To'), field(form, 'Body')];
  const service = field(form, 'MessagingServiceSid');
  const isForUs = ours.from.includes(numberOf(number)) || (service !== '' && service === ours.messagingServiceSid);
  if (!isForUs || !isAnswerable(person) || ours.from.includes(numberOf(person))) return null;
  const base = toBase(id, person, number, ours, now);
  const message: InboundMessage = {
    ...base,
    kind: 'message',
    text: body,
    attachments: toAttachments(form),
    setting: 'direct',
    addressed: true,
  };
  const wish = readWish(field(form, 'OptOutType'), body);
  switch (wish?.kind) {
    case undefined:
      return message;
    case 'stop':
    case 'start':
      return { ...base, kind: 'consent', given: wish.kind === 'start', how: wish.how };
    // It gives consent only to whom had withdrawn it; in everybody else's conversation it is an answer.
    case 'yes':
      return { ...base, kind: 'consent', given: true, how: wish.how, otherwise: message };
    case 'help':
      return wish.isAnswered && !ours.answersHelp ? null : { ...base, kind: 'action', action: 'status' };
  }
};

/** What became of a message of ours, which `key` is our name of; null for steps nobody waits for. */
export const toInboundDelivery = (form: Form, accountSid: string, key: string | null): InboundDelivery | null => {
  const sid = sidOf(form, accountSid);
  const named = field(form, 'MessageStatus');
  const status = Object.hasOwn(statuses, named) ? statuses[named] : undefined;
  const code = field(form, 'ErrorCode');
  if (status === undefined) return null;
  return {
    kind: 'delivery',
    channel: 'sms',
    id: `${sid}:${named}`,
    message: sid as SentKey,
    status,
    ...(code === '' ? {} : { code }),
    ...(key ? { key } : {}),
  };
};

/** A report that the person has opted out: where a pool of numbers sends, the platform tells it only afterwards. */
export const toWithdrawal = (
  form: Form,
  { id, code = '' }: InboundDelivery,
  ours: Ours,
  now = new Date(),
): InboundConsent => ({
  ...toBase(`${id}:${code}`, field(form, 'To'), field(form, 'From'), ours, now),
  kind: 'consent',
  given: false,
  how: code,
});

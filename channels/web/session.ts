import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import type { Sender } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';

/** Who writes, as far as it is known: nobody's name but a random id, or whom the site vouches for. */
const visitor = z.object({
  id: z.string().min(1),
  organization: z.string().min(1),
  displayName: z.string().min(1),
  email: z.string().exactOptional(),
  locale: z.string().exactOptional(),
  timezone: z.string().exactOptional(),
});
export type Visitor = Sender;

/** A visitor's session is good for this long without a visit. */
const sessionMs = 30 * 24 * 3600 * 1000;
/** So long for somebody whom a site vouches for: whoever leaves the site for good is no longer vouched for. */
const vouchedMs = 12 * 3600 * 1000;

const session = visitor.extend({ until: z.number() });

const sign = (secret: Buffer, body: string): string => createHmac('sha256', secret).update(body).digest('base64url');

export const anonymous = (): Pick<Visitor, 'id' | 'organization' | 'displayName'> => ({
  id: randomUUID(),
  organization: 'web',
  displayName: 'Web visitor',
});

/** A token that names a visitor nobody can guess: `body.signature`. It can be read by who holds it, and changed by nobody. */
export const issueSession = (secret: Buffer, now: Date, who: Visitor, isVouchedFor = false): string => {
  const until = now.getTime() + (isVouchedFor ? vouchedMs : sessionMs);
  const body = Buffer.from(JSON.stringify({ ...who, until })).toString('base64url');
  return `${body}.${sign(secret, body)}`;
};

/** The visitor of a token. Throws Refused. */
export const readSession = (secret: Buffer, now: Date, token: string | null): Visitor => {
  const [body = '', signature = ''] = (token ?? '').split('.');
  const expected = Buffer.from(sign(secret, body));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Refused(401, 'bad_session');
  const { until, ...who } = session.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
  if (until < now.getTime()) throw new Refused(401, 'session_expired');
  return who satisfies Visitor;
};

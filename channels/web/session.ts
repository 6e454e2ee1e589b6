import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import { Refused } from '#core/errors.ts';

/** A visitor's session is good for this long without a visit. */
const sessionMs = 30 * 24 * 3600 * 1000;

const sign = (secret: Buffer, body: string): string => createHmac('sha256', secret).update(body).digest('base64url');

/** A token that names a visitor nobody can guess: `visitor.expiry.signature`. */
export const issueSession = (secret: Buffer, now: Date, visitor: string = randomUUID()): string => {
  const body = `${visitor}.${now.getTime() + sessionMs}`;
  return `${body}.${sign(secret, body)}`;
};

/** The visitor of a token. Throws Refused. */
export const readSession = (secret: Buffer, now: Date, token: string | null): string => {
  const [visitor = '', expiry = '', signature = ''] = (token ?? '').split('.');
  const expected = Buffer.from(sign(secret, `${visitor}.${expiry}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Refused(401, 'bad_session');
  if (Number(expiry) < now.getTime()) throw new Refused(401, 'session_expired');
  return visitor;
};

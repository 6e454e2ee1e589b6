import { jwtVerify } from 'jose';
import { z } from 'zod';

import { Refused } from '#core/errors.ts';

import type { Visitor } from './session.ts';

/** A proof that lives longer can be taken along and shown by somebody else. */
const livesMsMax = 10 * 60_000;

const claims = z.object({
  sub: z.string().min(1).max(128),
  exp: z.number(),
  name: z.string().min(1).max(80).optional(),
  email: z.email().max(254).optional(),
  /** Which customer of the site they belong to. */
  org: z.string().min(1).max(128).optional(),
});

/**
 * Whom the site that embeds the widget vouches for: a JWT that its server signs with the secret we share (HS256), with `sub`,
 * `exp` (at most ten minutes ahead) and, where it likes, `name`, `email` and `org`. What a page's script says by itself is
 * believed by nobody. Throws Refused.
 */
export const readIdentity = async (
  secret: string | undefined,
  token: string,
  now: Date,
): Promise<Pick<Visitor, 'id' | 'organization' | 'displayName' | 'email'>> => {
  if (!secret) throw new Refused(403, 'identity_off');
  const verified = await jwtVerify(token, new TextEncoder().encode(secret), {
    algorithms: ['HS256'],
    currentDate: now,
  }).catch(() => null);
  const { data } = claims.safeParse(verified?.payload);
  if (!data) throw new Refused(401, 'bad_identity');
  if (data.exp * 1000 > now.getTime() + livesMsMax) throw new Refused(401, 'identity_lives_too_long');
  const { sub, org, name, email } = data;
  return {
    id: `user:${sub}`,
    organization: org === undefined ? 'web' : `web:${org}`,
    displayName: name ?? email ?? 'Web visitor',
    ...(email === undefined ? {} : { email }),
  };
};

import type { Context } from 'hono';
import type { Wording } from '#lab/faults/calls.ts';
import { refuse } from './refusal.ts';

/** `conversations/…/activities` with and without its verb, `oauth2/v2.0/token`, or null when the call is none of the platform's. */
export const namesOf = ({ req: { method, path } }: Context): readonly string[] | null => {
  if (path.startsWith('/_lab/')) return null;
  const inside = path.replace(/^\/teams\/v3\//, '').replace(/^.*(?=\/oauth2\/)/, '');
  return [`${method} ${inside}`, inside];
};

/** The connector's own trouble; clients retry 412, 429, 502 and 504. */
const codes: Readonly<Record<number, string>> = {
  412: 'PreconditionFailed',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

export const wording: Wording = {
  rateLimit: (c, seconds) =>
    refuse(
      c,
      { status: 429, code: 'TooManyRequests', message: 'API calls quota exceeded' },
      { 'retry-after': String(Math.ceil(seconds)) },
    ),
  error: (c, status) =>
    refuse(c, { status, code: codes[status] ?? 'ServiceError', message: 'The service could not answer the request.' }),
};

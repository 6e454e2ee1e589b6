import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Agent {
  /** As customers and colleagues read it. */
  readonly name: string;
}

/** A working day: whoever goes home is signed out by the next morning. */
export const sessionMs = 12 * 3_600_000;
export const cookieName = 'firstline_console';

const sign = (secret: Buffer, body: string): string => createHmac('sha256', secret).update(body).digest('base64url');

/** Compares in constant time, whatever the lengths: both are hashed under a key of ours first. */
export const isSame = (secret: Buffer, one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(sign(secret, one)), Buffer.from(sign(secret, other)));

/** What the browser keeps: `body.signature`, good until its time is over. */
export const issueSession = (secret: Buffer, agent: Agent, now: Date): string => {
  const body = Buffer.from(JSON.stringify({ name: agent.name, until: now.getTime() + sessionMs })).toString(
    'base64url',
  );
  return `${body}.${sign(secret, body)}`;
};

/** Null for what we did not issue, and for what is over. */
export const readSession = (secret: Buffer, token: string | undefined, now: Date): Agent | null => {
  const [body = '', signature = ''] = (token ?? '').split('.');
  if (body === '' || !isSame(secret, signature, sign(secret, body))) return null;
  const { name, until } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { name: string; until: number };
  return until > now.getTime() ? { name } : null;
};

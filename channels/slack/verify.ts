import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from '#core/errors.ts';

/** docs.slack.dev/authentication/verifying-requests-from-slack; we hold it in both directions. */
const timestampSkewMaxSeconds = 300;
/** What Slack's own SDK takes. */
const bodySizeMaxBytes = 4 * 1024 * 1024;

export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws Refused 401 unless the bytes were signed with the secret within the last, or next, five minutes. */
export const verifySignature = (signingSecret: string, headers: Headers, body: Uint8Array, nowMs: number): void => {
  const timestamp = headers.get('x-slack-request-timestamp') ?? '';
  const given = Buffer.from(headers.get('x-slack-signature') ?? '');
  if (!/^\d{1,12}$/.test(timestamp)) throw new Refused(401, 'bad_signature');
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex');
  const expected = Buffer.from(`v0=${digest}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Refused(401, 'bad_signature');
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > timestampSkewMaxSeconds) throw new Refused(401, 'stale_timestamp');
};

const parseJson = (text: string): Json => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJson(parsed)) return parsed;
  } catch {
    // Falls through: what is no JSON and what is no object are refused alike.
  }
  throw new Refused(400, 'bad_body');
};

/** An event, or the payload of an act. Throws Refused 400 for broken content and 415 for a type Slack does not send. */
const parseBody = (contentType: string, body: Uint8Array): Json => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Refused(400, 'bad_encoding');
  }
  // A proxy may add "; charset=utf-8".
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return parseJson(text);
  if (type !== 'application/x-www-form-urlencoded') throw new Refused(415, 'bad_content_type');
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : parseJson(payload);
};

/** The verified body of a request. Throws Refused. */
export const readRequest = async (request: Request, signingSecret: string): Promise<Json> => {
  if (request.method !== 'POST') throw new Refused(405, 'bad_method', { allow: 'POST' });
  if (Number(request.headers.get('content-length') ?? 0) > bodySizeMaxBytes) throw new Refused(413, 'body_too_large');
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > bodySizeMaxBytes) throw new Refused(413, 'body_too_large');
  verifySignature(signingSecret, request.headers, body, Date.now());
  return parseBody(request.headers.get('content-type') ?? '', body);
};

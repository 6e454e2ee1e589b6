import { Refused } from '#core/errors.ts';

/** Far more than an activity holds (about 100 KB): who writes too much is told so, which takes reading it. */
const bodyBytesMax = 4 * 1024 * 1024;

async function readBytes(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > bodyBytesMax) throw new Refused(413, 'body_too_large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(400, 'bad_encoding');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'bad_body');
  }
}

/** The JSON object of a request. Throws Refused 413 over 4 MB and 400 for what is no UTF-8 or no object. */
export async function readActivity(request: Request): Promise<Record<string, unknown>> {
  const payload = parse(decode(await readBytes(request)));
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) throw new Refused(400, 'bad_body');
  return payload as Record<string, unknown>;
}

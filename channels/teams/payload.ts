import { Refused } from '#core/errors.ts';

/** An activity with everything in it is about 100 KB; twice that is none. */
const bodyBytesMax = 256 * 1024;

async function readBytes(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > bodyBytesMax) throw new Refused(413, 'too_large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The JSON object of a request. Throws Refused 413 over 256 KB and 400 for what is no UTF-8 or no object. */
export async function readActivity(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request);
  try {
    const payload: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload))
      return payload as Record<string, unknown>;
  } catch {
    throw new Refused(400, 'bad_json');
  }
  throw new Refused(400, 'bad_json');
}

import { ChannelError } from './errors.ts';

const requestMsMax = 30_000;
/** Nothing is shown by reading: it may be tried again this soon where the platform does not say when. */
const retryAfterMs = 2000;

export interface FileFetch {
  /** Whose file it is, for the error. */
  readonly channel: string;
  readonly address: string;
  /** Bytes. */
  readonly lengthMax: number;
  /** What an address is asked with; null for one that is not the platform's. Asked again for where a redirect leads. */
  readonly headersFor: (address: string) => HeadersInit | null | Promise<HeadersInit | null>;
  /** None are followed unless told. */
  readonly redirectsMax?: number;
  /** Why what came is not the file, or null. */
  readonly refuses?: (response: Response) => string | null;
}

const retryAfterMsOf = ({ headers }: Response): number => {
  const seconds = Number(headers.get('retry-after'));
  return seconds > 0 ? seconds * 1000 : retryAfterMs;
};

/** The body if it has no more bytes than this, else null: it is read no further, whatever the response says of its length. */
const readLimited = async (response: Response, lengthMax: number): Promise<Uint8Array | null> => {
  if (Number(response.headers.get('content-length')) > lengthMax) {
    await response.body?.cancel();
    return null;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the transfer.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > lengthMax) return null;
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
};

/**
 * Reads a file of at most so many bytes, within 30 s. Throws ChannelError: 'refused' for a foreign host (`foreign_host`), for a file
 * that is gone (the status), too large (`too_large`) or not the file, else 'rate_limited'.
 */
export const fetchFile = async (file: FileFetch): Promise<Uint8Array> => {
  const { channel, lengthMax, redirectsMax = 0 } = file;
  const refused = (code: string): ChannelError => new ChannelError(channel, 'refused', code);
  const signal = AbortSignal.timeout(requestMsMax);
  let { address } = file;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const headers = await file.headersFor(address);
    if (!headers) throw refused('foreign_host');
    try {
      const response = await fetch(address, { headers, redirect: 'manual', signal });
      const { ok, status } = response;
      if (ok) {
        const refusal = file.refuses?.(response);
        if (refusal) throw refused(refusal);
        const bytes = await readLimited(response, lengthMax);
        if (!bytes) throw refused('too_large');
        return bytes;
      }
      await response.body?.cancel();
      if (status === 429 || status >= 500)
        throw new ChannelError(channel, 'rate_limited', String(status), { retryAfterMs: retryAfterMsOf(response) });
      const next = status >= 300 && status < 400 ? response.headers.get('location') : null;
      if (next === null || !URL.canParse(next, address)) throw refused(String(status));
      address = new URL(next, address).href;
    } catch (error) {
      if (error instanceof ChannelError) throw error;
      throw new ChannelError(channel, 'rate_limited', 'network', { retryAfterMs, cause: error });
    }
  }
  throw refused('too_many_redirects');
};

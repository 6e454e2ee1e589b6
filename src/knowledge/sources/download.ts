import { setTimeout as wait } from 'node:timers/promises';

/** What cannot be brought here. The message says from where, why, and what to do. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

export interface DownloadLimits {
  /** Bytes of one answer. */
  readonly bytesMax: number;
  /** Milliseconds for one answer. */
  readonly timeoutMs: number;
  /** Longest time that a server may ask us to wait. */
  readonly waitMsMax: number;
}

/** Of an answer that was kept: with it a server tells whether there is a newer one. */
export interface Mark {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export type Downloaded =
  | { readonly kind: 'new'; readonly bytes: Uint8Array; readonly type: string; readonly mark: Mark }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'gone' };

const redirectsMax = 5;
const triesMax = 5;
const agent = 'Firstline (reads help pages)';

const readBody = async (response: Response, url: URL, bytesMax: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    // Told while it comes: what a server says of its length need not be so.
    if (length > bytesMax) throw new SourceError(`${url.href} is larger than ${bytesMax} bytes; leave it out`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const toMark = ({ headers }: Response): Mark => {
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')];
  return { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
};

const pauseOf = (response: Response, attempt: number, most: number): number => {
  const asked = Number(response.headers.get('retry-after'));
  return Math.min(most, Number.isFinite(asked) && asked > 0 ? asked * 1000 : 500 * 2 ** attempt);
};

export interface DownloadOptions {
  readonly limits: DownloadLimits;
  readonly mark?: Mark;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * One answer over HTTP, from this origin only: a redirect to another is refused, and so are credentials in an address. Waits where
 * the server asks for it. Rejects with {@link SourceError}.
 */
export const download = async (from: URL, options: DownloadOptions): Promise<Downloaded> => {
  const { limits, mark = {}, headers = {}, pause = wait } = options;
  let url = from;
  let redirects = 0;
  for (let attempt = 0; ;) {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.timeoutMs),
      headers: {
        'user-agent': agent,
        ...headers,
        ...(mark.etag ? { 'if-none-match': mark.etag } : {}),
        ...(mark.lastModified ? { 'if-modified-since': mark.lastModified } : {}),
      },
    }).catch((cause: unknown) => {
      throw new SourceError(`${url.href} cannot be reached; check the address`, { cause });
    });
    if (response.status === 304) return { kind: 'unchanged' };
    if (response.status === 404 || response.status === 410) return { kind: 'gone' };
    if (response.ok)
      return {
        kind: 'new',
        bytes: await readBody(response, url, limits.bytesMax),
        type: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
        mark: toMark(response),
      };
    await response.body?.cancel();
    const target = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && target) {
      const next = new URL(target, url);
      redirects += 1;
      if (next.origin !== from.origin || redirects > redirectsMax)
        throw new SourceError(`${from.href} leads to ${next.origin}; name that address as a source of its own`);
      url = next;
      continue;
    }
    attempt += 1;
    const isBusy = response.status === 429 || response.status >= 500;
    if (!isBusy || attempt >= triesMax) throw new SourceError(`${url.href} answers ${response.status}; check access`);
    await pause(pauseOf(response, attempt, limits.waitMsMax));
  }
};

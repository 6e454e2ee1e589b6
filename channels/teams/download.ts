import { ChannelError } from '#core/errors.ts';
import { readLimited } from '#core/read-limited.ts';
import type { TeamsConfig } from './config.ts';
import { isAllowedUrl } from './service-url.ts';

const requestMsMax = 30_000;
const redirectsMax = 3;

const refused = (code: string) => new ChannelError('teams', 'refused', code);
/** Nothing is shown by reading: it may be tried again. */
const notNow = (code: string, cause?: unknown, retryAfterMs = 2000) =>
  new ChannelError('teams', 'rate_limited', code, { retryAfterMs, cause });

/**
 * Reads a file of at most so many bytes, within 30 s. Our token goes to the Bot Connector's hosts alone; a link to a file of a
 * personal chat carries its own, and is good for some minutes. Throws ChannelError: 'refused' for a host that is not
 * Microsoft's, for a file that is gone or too large, else 'rate_limited'.
 */
export async function download(
  address: string,
  lengthMax: number,
  { serviceUrls, fileHosts }: TeamsConfig,
  token: () => Promise<string>,
): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(requestMsMax);
  let url = address;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const isService = isAllowedUrl(url, serviceUrls);
    if (!isService && !isAllowedUrl(url, fileHosts)) throw refused('foreign_host');
    const headers: HeadersInit = isService ? { authorization: `Bearer ${await token()}` } : {};
    try {
      const response = await fetch(url, { headers, redirect: 'manual', signal });
      if (response.ok) {
        const bytes = await readLimited(response, lengthMax);
        if (!bytes) throw refused('too_large');
        return bytes;
      }
      await response.body?.cancel();
      const { status } = response;
      if (status === 429 || status >= 500) throw notNow(String(status), undefined, retryAfterMsOf(response));
      const next = status >= 300 && status < 400 ? response.headers.get('location') : null;
      if (next === null || !URL.canParse(next, url)) throw refused(String(status));
      url = new URL(next, url).href;
    } catch (error) {
      throw error instanceof ChannelError ? error : notNow('network', error);
    }
  }
  throw refused('too_many_redirects');
}

const retryAfterMsOf = ({ headers }: Response): number | undefined => {
  const seconds = Number(headers.get('retry-after'));
  return seconds > 0 ? seconds * 1000 : undefined;
};

/** The endpoint of the public cloud that knows every team. */
const globalServiceUrl = 'https://smba.trafficmanager.net/teams';

const urlOf = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
const isUrl = (entry: string): boolean => /^https?:\/\//.test(entry);

function matches(url: URL, entry: string): boolean {
  if (isUrl(entry)) {
    const prefix = new URL(entry);
    const folder = prefix.pathname.endsWith('/') ? prefix.pathname : `${prefix.pathname}/`;
    return url.origin === prefix.origin && `${url.pathname}/`.startsWith(folder);
  }
  if (url.protocol !== 'https:' || url.port) return false;
  return entry.startsWith('*.') ? url.hostname.endsWith(entry.slice(1)) : url.hostname === entry;
}

/** Hosts (`*.` for subdomains, always https) or URL prefixes: what is read and written must be Microsoft's, whoever names it. */
export function isAllowedUrl(text: string, allowed: readonly string[]): boolean {
  const url = urlOf(text);
  return url !== null && !url.username && !url.password && allowed.some((entry) => matches(url, entry));
}

/** Where a room is written to before it has told its own service URL. */
export const defaultServiceUrl = (allowed: readonly string[]): string => {
  const [first = ''] = allowed;
  return isUrl(first) ? first : globalServiceUrl;
};

import { normalize } from './normalize.ts';

/** A host by name, `*.example.com` for all below it (not the name itself), or `host:port`. */
export type AllowedHosts = readonly string[];

const authorityOf = /^https:\/\/([^/?#]*)/i;
// A second address inside the first is how open redirectors are used.
const nestedAddress = /\/\/|\\|(?:https?|ftp|javascript|data):|[=/]\s*(?:www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}\/)/i;
const redirectName =
  /[?&;](?:redirect\w*|return\w*|next|url|uri|to|dest\w*|goto|continue|target|link|out|forward|u|r)=(?=[^&#]*[./@:])/i;

/**
 * True only for an https address whose host is listed. Default deny: user names, control characters, unlisted ports,
 * IP addresses and punycode, a host written in any other way than it resolves, and addresses within the address all fail.
 */
export function isAllowedLink(url: string, allowedHosts: AllowedHosts): boolean {
  const value = decodeEntities(normalize(url.trim()).text);
  // oxlint-disable-next-line no-control-regex
  if (value.length > 2_048 || /[\u0000-\u0020\u007F\\<>"`]/.test(value)) return false;
  const authority = authorityOf.exec(value)?.[1]?.toLowerCase();
  if (!authority || !URL.canParse(value)) return false;
  const parsed = new URL(value);
  // "https://3405803785" and "https://ex%61mple.com" resolve to something they do not show.
  if (parsed.protocol !== 'https:' || parsed.username || parsed.password || parsed.host !== authority) return false;
  const rest = decodePercent(value.slice(value.indexOf(authorityText(value)) + authority.length));
  return isListed(parsed.host, allowedHosts) && !nestedAddress.test(rest) && !redirectName.test(rest);
}

/** An image is fetched without a click: as a link, and no query or fragment that could carry anything. */
export function isAllowedImage(url: string, allowedHosts: AllowedHosts): boolean {
  return isAllowedLink(url, allowedHosts) && !/[?#]/.test(decodeEntities(normalize(url).text));
}

function authorityText(value: string): string {
  return authorityOf.exec(value)?.[1] ?? '';
}

function isListed(host: string, allowedHosts: AllowedHosts): boolean {
  return allowedHosts.some((entry) => {
    const allowed = entry.toLowerCase();
    if (!allowed.startsWith('*.')) return host === allowed;
    const isName = !/^\[|^[\d.]+$|(?:^|\.)xn--/.test(host);
    return isName && host.endsWith(allowed.slice(1)) && host.length > allowed.length - 1;
  });
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  colon: ':',
  sol: '/',
  bsol: '\\',
  period: '.',
  num: '#',
  quest: '?',
  equals: '=',
  commat: '@',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  Tab: '\t',
  NewLine: '\n',
  nbsp: ' ',
  percnt: '%',
  lpar: '(',
  rpar: ')',
  lsqb: '[',
  rsqb: ']',
  excl: '!',
};

/** Character references, decoded once, as a Markdown or HTML renderer does. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return named[name] ?? whole;
      const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** Percent escapes, twice, because a redirector decodes what the browser has decoded already. */
function decodePercent(text: string): string {
  const once = (value: string) =>
    value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return once(once(text));
}

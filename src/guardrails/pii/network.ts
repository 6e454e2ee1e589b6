import { cue, cueBefore } from './cues.ts';
import type { Finding } from './personal-data.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|0?\\d?\\d)';
const ipv4 = new RegExp(`(?<![\\p{L}\\p{N}]|\\d[.])(?:${octet}\\.){3}${octet}(?![\\p{L}\\p{N}]|[.]\\d)`, 'gu');
const colons = /(?<![\p{L}\p{N}:])[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\p{L}\p{N}]|:[0-9a-f])/giu;
const mac =
  /(?<![\p{L}\p{N}:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\p{L}\p{N}]|[:-][0-9a-f])|(?<![\p{L}\p{N}.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\p{L}\p{N}.])/giu;
const versionCue = cue('version|v|ver|firmware|build|release|update|driver|app|software|section|chapter');
const addressCue = /\bip(?:v[46])?\b|\baddress\b/i;

/** IPv4, IPv6 and hardware addresses. Four small numbers behind "version" are not an address. */
export function* findNetworkAddresses(text: string): Generator<Finding> {
  for (const match of text.matchAll(ipv4)) {
    const before = text.slice(Math.max(0, match.index - 32), match.index);
    if (cueBefore(text, match.index, versionCue) && !addressCue.test(before)) continue;
    yield { start: match.index, end: match.index + match[0].length, type: 'IP', strength: 3 };
  }
  for (const match of text.matchAll(colons)) {
    if (isIpv6(match[0])) yield { start: match.index, end: match.index + match[0].length, type: 'IP', strength: 3 };
  }
  for (const match of text.matchAll(mac))
    yield { start: match.index, end: match.index + match[0].length, type: 'MAC', strength: 3 };
}

function isIpv6(value: string): boolean {
  const halves = value.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1) ?? '';
  const units = groups.length + (tail.includes('.') ? 1 : 0);
  if (groups.some((group) => group === '' || (group.length > 4 && group !== tail))) return false;
  if (!tail.includes('.') && tail.length > 4) return false;
  // "12:30" and "::" are not addresses; a compressed one needs two groups and something that is no clock time.
  return halves.length === 2 ? units <= 7 && (units >= 2 || value.includes('::1')) && units >= 1 : units === 8;
}

import { given } from '#core/given.ts';

import { findPersonalData } from './pii/find-personal-data.ts';
import type { CountryCode } from 'libphonenumber-js';
import type { PersonalDataType } from './pii/personal-data.ts';
import { comparable } from './pii/tokens.ts';

const roleMailbox =
  /^(?:support|help|info|contact|hello|hi|service|customer-?service|customer-?care|sales|billing|accounts?|orders?|returns|refunds|shipping|press|jobs|careers|privacy|dpo|legal|security|abuse|feedback|team|office|no-?reply)@(.+)$/i;

/** A test whether a personal datum may go out: it occurs in one of `texts`, or is the operator's own role mailbox. */
export function createAllowedData(
  texts: readonly string[],
  allowedHosts: readonly string[],
  regions?: readonly CountryCode[],
): (type: PersonalDataType, value: string) => boolean {
  const plain = texts.map((text) => text.normalize('NFKC').toLowerCase());
  const known = new Set<string>();
  for (const text of texts) {
    for (const { start, end, type } of findPersonalData(text, { byFormOnly: true, ...given({ regions }) })) {
      known.add(`${type} ${comparable(type, text.slice(start, end))}`);
    }
  }
  return (type, value) => {
    const mailbox = type === 'EMAIL' ? roleMailbox.exec(value)?.[1]?.toLowerCase() : undefined;
    if (mailbox && allowedHosts.some((host) => isSameSite(host.toLowerCase(), mailbox))) return true;
    return (
      known.has(`${type} ${comparable(type, value)}`) ||
      plain.some((text) => occurs(text, value.normalize('NFKC').toLowerCase()))
    );
  };
}

/** "help.example.com" and "*.example.com" vouch for mailboxes at "example.com". */
function isSameSite(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** As a whole word: "123" does not occur in "41234". */
function occurs(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    const isWhole = !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[at + value.length] ?? ' ');
    if (isWhole) return true;
  }
  return false;
}

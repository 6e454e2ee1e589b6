import type { CountryCode } from 'libphonenumber-js';

import { normalizeLoosely } from '../normalize.ts';
import { findAccounts } from './account.ts';
import { type AskedType, findReply } from './answer-slot.ts';
import { findBirthDates } from './birth-date.ts';
import { findCards } from './card.ts';
import { findCredentials } from './credential.ts';
import { decodeEscapes, decodeRuns } from './decode.ts';
import { findEmails } from './email.ts';
import { findIbans } from './iban.ts';
import { findKnown, type KnownValue } from './known-value.ts';
import { findNationalIds } from './national-id.ts';
import { findNetworkAddresses } from './network.ts';
import { kindOf } from './personal-data.ts';
import type { Finding, PersonalDataSpan, Recognizer } from './personal-data.ts';
import { findPhones } from './phone.ts';
import { findSecrets } from './secret.ts';
import { findTagged } from './tagged.ts';
import type { TagModel } from './tagger.ts';

export type { PersonalDataSpan } from './personal-data.ts';

/** Each family on its own. `needs` is a cheap test whether it can find anything at all. */
const recognizers: readonly { readonly find: Recognizer; readonly needs: RegExp }[] = [
  { find: findEmails, needs: /@|com|dot|punkt|punto|point|[([{]\s?at/i },
  { find: findIbans, needs: /\d/ },
  { find: findCards, needs: /\d/ },
  { find: findNationalIds, needs: /\d/ },
  { find: findNetworkAddresses, needs: /[.:-]/ },
  { find: findSecrets, needs: /[A-Za-z0-9_-]{12}|BEGIN|:\/\// },
  { find: findCredentials, needs: /[\d:=]|pass|kenn|pw|clave|contra|mdp|senha|wacht|has|parola/i },
  { find: findAccounts, needs: /\d/ },
  { find: findBirthDates, needs: /\d/ },
  { find: findPhones, needs: /\d/ },
];

const defaultRegions: readonly CountryCode[] = ['US', 'GB', 'DE', 'FR', 'ES', 'AU'];

export interface FindOptions {
  /** Where national phone numbers may come from. */
  readonly regions?: readonly CountryCode[];
  /** What the person was asked for before they wrote this. */
  readonly asked?: readonly AskedType[];
  /** What is known of them: whatever of it occurs is personal data. */
  readonly known?: readonly KnownValue[];
  /**
   * Leaves names and addresses out. They are told by their surroundings, which an answer that is still growing does not have; and
   * none of another person is ever given to a model.
   */
  readonly byFormOnly?: boolean;
  /** What tells names and addresses, where it is not the one in use. */
  readonly tags?: TagModel;
}

/** Personal data in `text`, sorted, without overlaps. */
export function findPersonalData(text: string, options: FindOptions = {}): PersonalDataSpan[] {
  const { regions = defaultRegions } = options;
  const normalized = normalizeLoosely(text);
  const plain = normalized.text;
  const findings = [...look(plain, regions), ...findEncoded(plain, regions)];
  if (!options.byFormOnly) findings.push(...findTagged(plain, options.tags));
  findings.push(...findReply(plain, options.asked ?? []), ...findKnown(plain, options.known ?? []));
  return withoutOverlaps(findings, plain.length).map(({ start, end, type }) => ({
    start: normalized.toOriginal(start),
    end: normalized.toOriginal(end),
    type,
    kind: kindOf(type),
  }));
}

function* look(text: string, regions: readonly CountryCode[]): Generator<Finding> {
  for (const { find, needs } of recognizers) if (needs.test(text)) yield* find(text, regions);
}

/** What an encoding hides, decoded once. */
function* findEncoded(text: string, regions: readonly CountryCode[]): Generator<Finding> {
  const decoded = decodeEscapes(text);
  if (decoded)
    for (const { start, end, type, strength } of look(decoded.text, regions))
      yield { start: decoded.toOriginal(start), end: decoded.toOriginal(end), type, strength };
  for (const run of decodeRuns(text)) {
    const [first] = look(run.text, regions);
    if (first) yield { start: run.start, end: run.end, type: first.type, strength: 3 };
  }
}

/** The strongest finding wins, then the longest, then the first. */
function withoutOverlaps(findings: readonly Finding[], length: number): Finding[] {
  if (findings.length < 2) return [...findings];
  const taken = new Uint8Array(length);
  const kept: Finding[] = [];
  const ranked = findings.toSorted(
    (one, other) =>
      other.strength - one.strength || other.end - other.start - (one.end - one.start) || one.start - other.start,
  );
  for (const finding of ranked) {
    if (taken[finding.start] || taken[finding.end - 1] || taken.subarray(finding.start, finding.end).includes(1))
      continue;
    taken.fill(1, finding.start, finding.end);
    kept.push(finding);
  }
  return kept.sort((one, other) => one.start - other.start);
}

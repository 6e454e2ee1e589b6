import type { CountryCode } from 'libphonenumber-js';

import { given } from '#core/given.ts';

import { createAllowedData } from './allowed-data.ts';
import { createCanaryFinder } from './canary.ts';
import { createKnownAddress } from './known-address.ts';
import { disarmLinks } from './links.ts';
import { nextCut } from './next-cut.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import type { PersonalDataSpan, PersonalDataType } from './pii/personal-data.ts';

export interface ExitRules {
  readonly allowedHosts: readonly string[];
  /** Texts in which a personal datum may occur: the passages of this answer and the person's own words. */
  readonly allowedText?: readonly string[];
  /** Texts in which every address that is let out has to stand; absent: it is enough that its host is listed. */
  readonly knownAddresses?: readonly string[];
  readonly canary?: string;
  readonly regions?: readonly CountryCode[];
}

/** The last gate of an answer. What it returns may be shown at once; nothing that follows can make it unsafe. */
export interface Exit {
  /** Takes the next piece of the answer and returns what can be released now, often nothing. */
  push(delta: string): string;
  /** Releases the rest. The exit takes nothing after that. */
  end(): string;
  /** Why nothing more comes out. */
  readonly blocked: 'canary' | null;
  /** What was taken out, in order. */
  readonly redactions: readonly PersonalDataType[];
}

// Words this far back still say what a number is.
const contextLength = 96;
// The longest encoding of a canary with blanks between.
const canaryTailLength = 400;
// A full hold keeps this much for what may still grow.
const keepLength = 64;

/**
 * The text is cut into segments at places that depend on the text alone, and each segment is checked with the words before it.
 * Therefore any chunking releases the same text as the whole at once.
 */
export function createExit(rules: ExitRules): Exit {
  const isAllowed = createAllowedData(rules.allowedText ?? [], rules.allowedHosts, rules.regions);
  const linkRules = {
    allowedHosts: rules.allowedHosts,
    ...(rules.knownAddresses ? { isKnown: createKnownAddress(rules.knownAddresses) } : {}),
  };
  const hasCanary = rules.canary ? createCanaryFinder(rules.canary) : () => false;
  const redactions: PersonalDataType[] = [];
  let pending = '';
  let tail = '';
  let blocked: 'canary' | null = null;
  // The rest of an overlong token whose beginning was taken out goes with it.
  let swallowing: RegExp | null = null;

  function find(segment: string): PersonalDataSpan[] {
    const context = tail.slice(-contextLength);
    const offset = context.length;
    return findPersonalData(context + segment, { byFormOnly: true, ...given({ regions: rules.regions }) })
      .filter(({ end }) => end > offset)
      .map((span) => ({ ...span, start: Math.max(0, span.start - offset), end: span.end - offset }));
  }

  function release(segment: string): string {
    if (hasCanary(tail + segment)) {
      blocked = 'canary';
      return '';
    }
    const result = isHarmless(segment, tail.slice(-contextLength))
      ? segment
      : disarmLinks(redact(segment, find(segment)), linkRules);
    tail = (tail + segment).slice(-canaryTailLength);
    return result;
  }

  function redact(segment: string, spans: readonly PersonalDataSpan[]): string {
    let result = '';
    let from = 0;
    for (const { start, end, type } of spans) {
      const value = segment.slice(start, end);
      if (isAllowed(type, value) || isPartOfAddress(segment, start, type)) continue;
      redactions.push(type);
      result += `${segment.slice(from, start)}[${type}]`;
      from = end;
    }
    return result + segment.slice(from);
  }

  /** The hold is full: release up to a blank that no value reaches over, else the whole, and drop what a value would go on with. */
  function releaseFull(end: number): string {
    const held = pending.slice(0, end);
    const spans = find(held);
    const at = lastBlank(held, spans, held.length - keepLength) ?? lastBlank(held, spans, held.length);
    pending = pending.slice(at ?? end);
    if (at !== undefined) return release(held.slice(0, at));
    const growing = spans.some((span) => span.end === end) || isSuspicious(held);
    if (growing) swallowing = /\s/;
    if (!growing || spans.length > 0) return release(held);
    redactions.push('SECRET');
    tail = (tail + held).slice(-canaryTailLength);
    return '[SECRET]';
  }

  function swallow(pattern: RegExp): boolean {
    const match = pattern.exec(pending);
    pending = match ? pending.slice(match.index) : '';
    if (match) swallowing = null;
    return match !== null;
  }

  function drain(): string {
    let released = '';
    while (blocked === null) {
      if (swallowing && !swallow(swallowing)) break;
      const cut = nextCut(pending);
      if (!cut) break;
      if (cut.kind === 'full') {
        released += releaseFull(cut.end);
        continue;
      }
      const segment = pending.slice(0, cut.end);
      pending = pending.slice(cut.end);
      released += release(segment);
    }
    return released;
  }

  return {
    push(delta) {
      if (blocked) return '';
      pending += delta;
      return drain();
    },
    end() {
      if (blocked) return '';
      const rest = swallowing ? '' : release(pending);
      pending = '';
      return rest;
    },
    get blocked() {
      return blocked;
    },
    redactions,
  };
}

const needsReading = /[\d@<>[\]`.:/\\&|!]|[\u0080-\uFFFF]/;
const announcesSecret = /pass|pw|kenn|clave|contra|mdp|senha|wacht|has|parola|secret|token|key|bearer|credential/i;

/** Plain words behind plain words, the most of any answer: nothing to look for. */
function isHarmless(segment: string, context: string): boolean {
  return !needsReading.test(segment) && !announcesSecret.test(context);
}

/** Article numbers in an address look like phone numbers; the address itself is judged as a link. */
function isPartOfAddress(segment: string, start: number, type: PersonalDataType): boolean {
  return type === 'PHONE' && /https:\/\/[^\s@]*$/i.test(segment.slice(Math.max(0, start - 300), start));
}

/** Six digits, an at sign or a scheme: too much like a value to let it go. */
function isSuspicious(token: string): boolean {
  return /@|:\/\//.test(token) || (token.match(/\d/g)?.length ?? 0) >= 6;
}

function lastBlank(held: string, spans: readonly PersonalDataSpan[], before: number): number | undefined {
  for (let index = Math.min(before, held.length - 1); index > 0; index -= 1) {
    if (/\s/.test(held[index - 1] ?? '') && !spans.some(({ start, end }) => start < index && index < end)) return index;
  }
  return undefined;
}

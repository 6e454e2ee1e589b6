import { createCodePointOffsets } from './code-points.ts';
import { createExit } from './exit.ts';
import type { ExitRules } from './exit.ts';
import { scoreInjection } from './injection.ts';
import type { InjectionSignal } from './injection.ts';
import { detectLanguage } from './language.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import type { PersonalDataType } from './pii/personal-data.ts';
import { createTokens } from './pii/tokens.ts';
import { wantsHuman } from './wants-human.ts';

/** What the guardrails see in one incoming text. Offsets count code points. */
export interface TextReport {
  readonly redacted: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: PersonalDataType }[];
  readonly injection: InjectionSignal;
  readonly wantsHuman: boolean;
  readonly language: string;
}

export function inspectText(text: string): TextReport {
  const spans = findPersonalData(text);
  const toCodePoints = createCodePointOffsets(text);
  return {
    redacted: createTokens().redact(text, spans),
    spans: spans.map(({ start, end, type }) => ({ start: toCodePoints(start), end: toCodePoints(end), type })),
    injection: scoreInjection(text),
    wantsHuman: wantsHuman(text),
    language: detectLanguage(text),
  };
}

/** How an answer is cut before it goes through the exit: pieces of so many code points, of random length, or uncut. */
export type Chunking = 1 | 4 | 'random' | 'whole';

export interface ExitReport {
  readonly text: string;
  readonly blocked?: 'canary';
  readonly redactions: readonly PersonalDataType[];
}

/** Sends an answer through the exit as a stream would. Without rules no host is allowed. */
export function inspectOut(text: string, chunking: Chunking, rules: ExitRules = { allowedHosts: [] }): ExitReport {
  const exit = createExit(rules);
  const points = [...text];
  let released = '';
  for (let taken = 0; taken < points.length;) {
    const size =
      chunking === 'whole' ? points.length : chunking === 'random' ? 1 + Math.floor(Math.random() * 12) : chunking;
    released += exit.push(points.slice(taken, taken + size).join(''));
    taken += size;
  }
  released += exit.end();
  return { text: released, redactions: exit.redactions, ...(exit.blocked ? { blocked: exit.blocked } : {}) };
}

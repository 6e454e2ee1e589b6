import { createCodePointOffsets } from './code-points.ts';
import { createExit } from './exit.ts';
import type { ExitRules } from './exit.ts';
import { findHardTrigger, type HardTrigger } from './hard-trigger.ts';
import { scoreInjection } from './injection.ts';
import type { InjectionSignal } from './injection.ts';
import { detectLanguage } from './language.ts';
import type { AskedType } from './pii/answer-slot.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import type { PersonalDataType } from './pii/personal-data.ts';
import { createTokens } from './pii/tokens.ts';
import { createSentenceCheck, type Fault } from './sentence-check.ts';
import { wantsHuman } from './wants-human.ts';

/** What the guardrails see in one incoming text. Offsets count code points. */
export interface TextReport {
  readonly redacted: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: PersonalDataType }[];
  readonly injection: InjectionSignal;
  readonly trigger: HardTrigger | null;
  readonly wantsHuman: boolean;
  readonly language: string;
}

/** `asked`: what the words before asked for. */
export function inspectText(text: string, asked: readonly AskedType[] = []): TextReport {
  const spans = findPersonalData(text, { asked });
  const toCodePoints = createCodePointOffsets(text);
  return {
    redacted: createTokens().redact(text, spans),
    spans: spans.map(({ start, end, type }) => ({ start: toCodePoints(start), end: toCodePoints(end), type })),
    injection: scoreInjection(text),
    trigger: findHardTrigger(text),
    wantsHuman: wantsHuman(text),
    language: detectLanguage(text),
  };
}

/** How an answer is cut before it goes out: pieces of so many code points, of random length, or uncut. */
export type Chunking = 1 | 4 | 'random' | 'whole';

export interface ExitReport {
  readonly text: string;
  readonly blocked?: 'canary';
  readonly redactions: readonly PersonalDataType[];
  /** Why sentences were left out. */
  readonly faults: readonly Fault[];
}

/** What an answer may lean on. */
export interface AnswerRules extends ExitRules {
  readonly passages?: readonly string[];
  readonly question?: string;
}

/** Sends an answer out as a stream would. Without rules no host is allowed, and nothing says any figure. */
export function inspectOut(text: string, chunking: Chunking, rules: AnswerRules = { allowedHosts: [] }): ExitReport {
  const { passages = [], question = '' } = rules;
  const exit = createExit({ allowedText: [...passages, question], ...rules });
  const faults: Fault[] = [];
  const sentences = createSentenceCheck({
    passages,
    said: [question],
    isPrompt: () => false,
    instead: (fault) => {
      faults.push(fault);
      return `[${fault}]`;
    },
  });
  const points = [...text];
  let released = '';
  for (let taken = 0; taken < points.length;) {
    const size =
      chunking === 'whole' ? points.length : chunking === 'random' ? 1 + Math.floor(Math.random() * 12) : chunking;
    released += sentences.push(exit.push(points.slice(taken, taken + size).join('')));
    taken += size;
  }
  released += sentences.push(exit.end()) + sentences.end();
  return { text: released, redactions: exit.redactions, faults, ...(exit.blocked ? { blocked: exit.blocked } : {}) };
}

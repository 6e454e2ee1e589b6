import type { ModelStream } from '#core/model.ts';
import type { CheckedReply, CheckedText, Generated, OutputGuarded } from '#core/turn.ts';

import type { Say, SentenceName } from '#core/sentences.ts';

import { createExit, type Exit } from './exit.ts';
import type { OnRule, PolicyOf } from './policy.ts';
import { createSentenceCheck, type Fault, type SentenceCheck } from './sentence-check.ts';
import { createSources, leastSupport, type Terms } from './support.ts';

export interface GuardOutputParts {
  readonly allowedHosts: readonly string[];
  readonly canary: string;
  /** Whether a text repeats the system prompt. */
  readonly isPrompt: (text: string) => boolean;
  readonly policyOf: PolicyOf;
  readonly terms: Terms;
  /** What Firstline itself says around quotes: it needs no source. */
  readonly ownWords: (turn: Generated) => readonly string[];
  readonly say: Say;
  readonly onRule: OnRule;
}

const insteadOf: Readonly<Partial<Record<Fault, SentenceName>>> = {
  prompt: 'refused',
  handover: 'noHandover',
  act: 'noAct',
  figure: 'noFigure',
  unsupported: 'noSource',
};

/** Takes out citation numbers that name no passage of this answer; holds back what may still become one. */
const createCitationCheck = (passages: number) => {
  let pending = '';
  const clean = (text: string): string =>
    text.replaceAll(/ ?\[(\d{1,3})\](?!\()/g, (marker, number: string) =>
      Number(number) >= 1 && Number(number) <= passages ? marker : '',
    );
  return {
    push: (text: string): string => {
      pending += text;
      // A blank after a sentence goes out at once: the sentence is seen the sooner.
      const held = /(?:(?<![.!?:…。]) )?\[\d{0,3}\]?$|(?<![.!?:…。\s]) $/u.exec(pending)?.[0] ?? '';
      const ready = pending.slice(0, pending.length - held.length);
      pending = held;
      return clean(ready);
    },
    end: (): string => clean(pending),
  };
};

async function* check(
  draft: ModelStream,
  exit: Exit,
  passages: number,
  sentences: SentenceCheck,
): CheckedReply['text'] {
  const citations = createCitationCheck(passages);
  let step = await draft.next();
  for (; !step.done; step = await draft.next()) {
    const released = sentences.push(citations.push(exit.push(step.value)));
    if (exit.blocked) {
      await draft.return(undefined as never);
      return {
        model: 'blocked',
        usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
        stopReason: 'refused',
      };
    }
    if (released !== '') yield released as CheckedText;
  }
  const rest = sentences.push(citations.push(exit.end()) + citations.end()) + sentences.end();
  if (rest !== '' && !exit.blocked) yield rest as CheckedText;
  return step.value;
}

/** The same draft, checked piece by piece before any of it is visible. */
export const guardOutput =
  ({ allowedHosts, canary, isPrompt, policyOf, terms, ownWords, say, onRule }: GuardOutputParts) =>
  async (turn: Generated): Promise<OutputGuarded> => {
    const passages = turn.passages.map(({ text }) => text);
    const files = turn.files.map(({ text }) => text);
    const said = [turn.question, turn.summary ?? '', ...turn.recent.map(({ text }) => text)];
    const { unsupported, wrongMax, wrongBefore } = policyOf(turn.owner.organization).answers;
    const sources = createSources(
      [
        ...turn.passages.map(({ title, heading, text }) => ({ title: `${title}\n${heading}`, text })),
        ...turn.files.map(({ name, text }) => ({ title: name, text })),
      ],
      [...said, ...ownWords(turn)],
      terms,
    );
    const least = {
      cited: leastSupport(wrongMax, wrongBefore.cited),
      uncited: leastSupport(wrongMax, wrongBefore.uncited),
    };
    const exit = createExit({
      allowedHosts: turn.restricted ? [] : allowedHosts,
      allowedText: [...passages, turn.question],
      knownAddresses: [...turn.passages.map(({ url, text }) => `${url ?? ''} ${text}`), ...files, ...said],
      canary,
    });
    const sentences = createSentenceCheck({
      passages: [...passages, ...files],
      said,
      isPrompt,
      nearestTo: sources.nearestTo,
      isUnsupported: (sentence) =>
        (sources.supportOf(sentence) ?? 1) < (/\[\d{1,3}\]/.test(sentence) ? least.cited : least.uncited),
      instead: (fault) => {
        const isClaim = fault !== 'figure' && fault !== 'prompt' && fault !== 'unsupported';
        const action = fault === 'unsupported' ? unsupported : 'replace';
        onRule(turn, isClaim ? `claim:${fault}` : fault, action);
        if (action === 'note') return null;
        return say(turn, insteadOf[fault] ?? 'noPromise');
      },
    });
    const reply: CheckedReply = {
      text: check(turn.draft, exit, passages.length, sentences),
      blocked: () => exit.blocked,
      redactions: () => exit.redactions,
    };
    return { ...turn, reply };
  };

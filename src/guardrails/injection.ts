import { decodeEntities } from './allowed-link.ts';
import { type InjectionModel, injectionModel, judge, toBags } from './injection-model.ts';
import { injectionRules } from './injection-rules.ts';
import { hasHiddenText, normalizeLoosely } from './normalize.ts';

export type InjectionVerdict = 'pass' | 'note' | 'restrict' | 'refuse';

/** `score` from 0 to 1; `rules` names what was seen. A signal for the turn, never the wall: the wall is on the way out. */
export interface InjectionSignal {
  readonly score: number;
  readonly verdict: InjectionVerdict;
  readonly rules: string[];
}

const noteFrom = 0.3;
const restrictFrom = 0.6;
const refuseFrom = 0.9;

/** Log odds from which the learned model is heard: one in a thousand ordinary messages has as many (`npm run bench -- injection`). */
const heardFrom = -0.55;
/** From here on it restricts by itself; it never refuses, since what it has not seen it can be wrong about. */
const sureFrom = 1;
/** What nobody writes who means no harm, whatever stands around it. */
const structural = new Set(['template', 'tag-characters', 'encoded-payload', 'fence']);
/** Down here a rule of words alone only notes. */
const harmlessBelow = -3;
const learnedLengthMax = 8_000;

/** What the learned model adds, as a weight among the rules. */
const weightOf = (logOdds: number): number => {
  if (logOdds < heardFrom) return 0;
  return logOdds < sureFrom
    ? noteFrom + ((logOdds - heardFrom) / (sureFrom - heardFrom)) * (restrictFrom - noteFrom - 0.01)
    : Math.min(0.85, restrictFrom + (logOdds - sureFrom) / 20);
};

/** Looks at the text, and once more with encodings undone, for words that try to command the model. Linear. */
export function scoreInjection(text: string, model: InjectionModel = injectionModel()): InjectionSignal {
  const capped = text.slice(0, 20_000);
  const plain = decodeEntities(normalizeLoosely(capped).text);
  const found = new Map<string, number>();
  const see = (name: string, weight: number) => found.set(name, Math.max(found.get(name) ?? 0, weight));
  for (const { name, weight, pattern } of injectionRules) if (pattern.test(plain)) see(name, weight);
  if (/[\u{E0020}-\u{E007E}]{4}/u.test(capped)) see('tag-characters', 0.9);
  else if (hasHiddenText(capped)) see('invisible-text', 0.2);
  for (const hidden of decoded(capped)) {
    if (injectionRules.some(({ weight, pattern }) => weight >= 0.4 && pattern.test(hidden)))
      see('encoded-payload', 0.85);
  }
  const logOdds = judge(model, toBags(plain.slice(0, learnedLengthMax)));
  const learned = weightOf(logOdds);
  // Independent signs add up as chances do.
  const all = 1 - [...found.values()].reduce((rest, weight) => rest * (1 - weight), 1);
  // "Please ignore my previous message": one rule alone, and everything around it is harmless.
  const isWordsOnly = ![...found.keys()].some((name) => structural.has(name));
  const byRules = isWordsOnly && logOdds < harmlessBelow && all < refuseFrom ? Math.min(all, restrictFrom - 0.05) : all;
  const score = Math.max(byRules, learned);
  const names = [...found.keys(), ...(learned > 0 ? ['learned'] : [])];
  return { score: Math.round(score * 1_000) / 1_000, verdict: verdictOf(score), rules: names };
}

function verdictOf(score: number): InjectionVerdict {
  if (score >= refuseFrom) return 'refuse';
  if (score >= restrictFrom) return 'restrict';
  return score >= noteFrom ? 'note' : 'pass';
}

const decodesMax = 16;

/** Readable text behind base64, hex, percent escapes, reversal and tag characters. */
function decoded(text: string): string[] {
  const results: string[] = [];
  for (const match of text.matchAll(/[A-Za-z0-9+/_-]{24,8000}={0,2}/g)) {
    if (results.length >= decodesMax) break;
    const isHex = /^(?:[0-9a-f]{2})+$/i.test(match[0]);
    const bytes = Buffer.from(match[0], isHex ? 'hex' : 'base64').toString('utf8');
    if (/^[\x20-\x7E\s]{12,}$/.test(bytes)) results.push(bytes);
  }
  if (/(?:%[0-9a-f]{2}){3}/i.test(text))
    results.push(
      text.replaceAll(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
  if (/\b(?:erongi|snoitcurtsni|tpmorp)\b/i.test(text)) results.push([...text].reverse().join(''));
  const tags = [...text].filter((point) => point >= '\u{E0020}' && point <= '\u{E007E}');
  if (tags.length > 3)
    results.push(tags.map((point) => String.fromCodePoint((point.codePointAt(0) ?? 0) - 0xe0000)).join(''));
  return results;
}

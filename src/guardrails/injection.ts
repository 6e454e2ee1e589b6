import { decodeEntities } from './allowed-link.ts';
import { type InjectionModel, injectionModel, judge, toBags } from './injection-model.ts';
import { hasHiddenText, normalizeLoosely } from './normalize.ts';

export type InjectionVerdict = 'pass' | 'note' | 'restrict' | 'refuse';

/** `score` from 0 to 1; `rules` names what was seen. A signal for the turn, never the wall: the wall is on the way out. */
export interface InjectionSignal {
  readonly score: number;
  readonly verdict: InjectionVerdict;
  readonly rules: string[];
}

interface Rule {
  readonly name: string;
  /** How much of the way to certainty this alone goes. */
  readonly weight: number;
  readonly pattern: RegExp;
}

const noteFrom = 0.3;
const restrictFrom = 0.6;
const refuseFrom = 0.9;

const override = 'ignore|disregard|forget|override|bypass|overlook|skip|drop|neglect|discard|dismiss|abandon';
const earlier = 'previous|prior|above|earlier|preceding|initial|original|existing|former|foregoing|past|system|your';
const orders =
  'instructions?|prompts?|rules?|directives?|guidelines?|orders?|commands?|programming|training|restrictions?|constraints?|safeguards?|policies|context|filters?|tasks?|assignments?|conversation';

const rules: readonly Rule[] = [
  {
    name: 'override',
    weight: 0.75,
    pattern: new RegExp(
      `\\b(?:${override})\\b[^.!?\\n]{0,40}\\b(?:${earlier})\\b[^.!?\\n]{0,30}\\b(?:${orders})\\b`,
      'i',
    ),
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:ignore|disregard|forget)\b[^.!?\n]{0,16}\b(?:everything|all|anything|what)\b[^.!?\n]{0,24}\b(?:said|told|before|above|know|learned|instructed|wrote|so far|now)\b/i,
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:vergiss|vergessen sie|ignorier\w*|missachte)\b[^.!?\n]{0,40}\b(?:anweisung\w*|instruktion\w*|regeln|befehle|aufgaben|davor|bisher\w*|vorherig\w*|obig\w*)\b/i,
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:ignor[ae]\w*|olvid[ae]\w*|oubli\w*|esque[cç]\w*|dimentica\w*)\b[^.!?\n]{0,40}\b(?:instruc\w*|instrucciones|instructions|reglas|règles|regole|anterior\w*|pr[ée]c[ée]dent\w*|istruzioni)\b/i,
  },
  {
    name: 'new-orders',
    weight: 0.4,
    pattern:
      /\b(?:new|updated|real|actual|following) (?:instructions?|task|orders?|directives?|system prompt|objective)\s*:|\bfrom now on,? (?:you|your|act|answer|respond|ignore)\b|\byour new (?:task|role|goal|instructions?|purpose|objective)\b/i,
  },
  {
    name: 'persona',
    weight: 0.5,
    pattern:
      /\b(?:you are|you're|act as|pretend to be|roleplay as|simulate|become|behave as|play)\b[^.!?\n]{0,60}\b(?:unrestricted|unfiltered|uncensored|jailbroken|jailbreak|no (?:rules|restrictions|limits|filters?|ethical)|without (?:any )?(?:rules|restrictions|limits|filters?|censorship|moral\w*|ethic\w*)|evil|amoral|DAN|do anything now|developer mode|god mode|root access)\b/i,
  },
  {
    name: 'jailbreak',
    weight: 0.6,
    pattern:
      /\bdo anything now\b|\b(?:DAN|developer|debug|god|sudo|maintenance|jailbreak|unrestricted) mode (?:enabled|activated|on|output)\b|\bjail ?br(?:eak|oken)\b|\bstay in character\b|\b(?:enable|enter|activate|switch (?:to|into)) (?:developer|debug|god|sudo|admin|jailbreak|dan|unrestricted) mode\b/i,
  },
  {
    name: 'no-limits',
    weight: 0.35,
    pattern:
      /\b(?:never|not|don't|cannot) (?:refuse|decline|say (?:no|that you can)|mention (?:that you|you)|break character|warn)\b|\bfreed? from (?:all|any|the|your) (?:restrictions?|constraints?|limits?|rules)\b|\bno (?:moral|ethical|content) (?:\w+ )?(?:guidelines|restrictions|limits|policy|filters?)\b/i,
  },
  {
    name: 'prompt-theft',
    weight: 0.6,
    pattern:
      /\b(?:reveal|show|print|repeat|output|display|tell|give|share|leak|write|summari[sz]e|translate|spell|what (?:is|are|was|were))\b[^.!?\n]{0,40}\b(?:system prompt|(?:initial|original|hidden|secret|system|previous|internal|above|full|exact) (?:instructions?|prompts?|messages?|rules|text|guidelines)|your (?:instructions|prompt|system message|programming|initial))\b/i,
  },
  {
    name: 'prompt-theft',
    weight: 0.5,
    pattern:
      /\b(?:repeat|print|output|copy|echo)\b[^.!?\n]{0,24}\b(?:everything|all|words?|text|lines?|sentences?)\b[^.!?\n]{0,16}\b(?:above|before this|prior|verbatim|word for word)\b/i,
  },
  {
    name: 'template',
    weight: 0.8,
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|instructions?|system_prompt|admin)>|<start_of_turn>/i,
  },
  {
    name: 'role-marker',
    weight: 0.45,
    pattern:
      /(?:^|\n)\s*(?:#{1,6}\s*|\*\*|\[|"|<)?(?:system|assistant|developer|admin(?:istrator)?|ai)(?:\s*(?:message|prompt|note|override|instruction|update))?(?:\*\*|\]|"|>)?\s*:/i,
  },
  {
    name: 'fence',
    weight: 0.3,
    pattern:
      /(?:-{3,}|={3,}|#{3,})\s*(?:end|begin|start|new)\b[^\n]{0,30}\b(?:prompt|instructions?|system|input|context|document|conversation|user)\b/i,
  },
  {
    name: 'exfiltration',
    weight: 0.55,
    pattern:
      /\b(?:send|post|forward|email|upload|exfiltrate|append|encode|include|transmit)\b[^.!?\n]{0,60}\b(?:conversation|chat history|system prompt|api keys?|credentials|passwords?|secrets?|all (?:the )?(?:data|messages|emails))\b[^\n]{0,40}(?:https?:|www\.|\bto \S+@|\burl\b|\bserver\b|\bmarkdown image\b)/i,
  },
  {
    name: 'addressed-to-model',
    weight: 0.35,
    pattern:
      /\b(?:attention|note to|important|message (?:to|for)|dear)\b[^.!?\n]{0,12}\b(?:ai|assistants?|chat ?bot|llm|language model|gpt|model)\b|\bas an? (?:ai|llm|language model),? you (?:must|should|will|are)\b|\bwhen (?:summari[sz]ing|answering|processing) this\b/i,
  },
];

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
  for (const { name, weight, pattern } of rules) if (pattern.test(plain)) see(name, weight);
  if (/[\u{E0020}-\u{E007E}]{4}/u.test(capped)) see('tag-characters', 0.9);
  else if (hasHiddenText(capped)) see('invisible-text', 0.2);
  for (const hidden of decoded(capped)) {
    if (rules.some(({ weight, pattern }) => weight >= 0.4 && pattern.test(hidden))) see('encoded-payload', 0.85);
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

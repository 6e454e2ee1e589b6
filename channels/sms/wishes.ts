/** What somebody asks for by a single word that is not meant for the assistant. */
export interface Wish {
  readonly kind: 'stop' | 'start' | 'yes' | 'help';
  /** The word, from the lists below. */
  readonly how: string;
  /** The platform knows the word, acts on it and answers it by itself. */
  readonly isAnswered: boolean;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Without any setting, in English only (twilio.com/docs/messaging/tutorials/advanced-opt-out). */
const platforms: Readonly<Record<Wish['kind'], ReadonlySet<string>>> = {
  stop: words('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT'),
  start: words('START UNSTOP'),
  yes: words('YES'),
  help: words('HELP INFO'),
};

/** What people write who speak German, Spanish or French; without marks, blanks and hyphens. */
const ours: Readonly<Record<Exclude<Wish['kind'], 'yes'>, ReadonlySet<string>>> = {
  stop: words(
    'STOPP ABMELDEN ABBESTELLEN PARAR DETENER BAJA CANCELAR ARRET ARRETER ARRETEZ DESABONNER DESINSCRIRE STOPALL OPTOUT',
  ),
  start: words('STARTEN ANMELDEN INICIAR COMENZAR ALTA DEMARRER REPRENDRE'),
  help: words('HILFE AYUDA AIDE'),
};

/** Any reasonable means counts (47 CFR 64.1200(a)(10)): a sentence that begins so. "If you don't text me by Friday" does not. */
const begins = String.raw`(?:^|[.!?;,]\s+|\b(?:please|bitte|por favor|merci de)\s+)`;
const sentences: readonly RegExp[] = [
  String.raw`(?:stop|quit) (?:texting|messaging|contacting|writing(?: to)?) me\b`,
  String.raw`(?:do not|don['’]?t) (?:text|message|contact|write(?: to)?) me (?:again|any ?more)\b`,
  String.raw`schreib(?:en sie|t)? mir (?:bitte )?(?:nicht mehr|keine (?:sms|nachrichten) mehr)\b`,
  String.raw`no me (?:escriban?|env[ií]en?|manden?) m[aá]s\b`,
  String.raw`(?:ne )?m['’](?:[eé]crivez|envoyez|contactez) plus\b`,
  String.raw`arr[eê]tez de m['’](?:[eé]crire|envoyer)`,
].map((pattern) => new RegExp(begins + pattern, 'i'));

const kinds = ['stop', 'start', 'help'] as const;

/** What was typed, as the platform reads it. */
const toWord = (body: string): string => body.trim().toUpperCase();

/** What was meant, as our lists have it: people quote the word, or end it as a sentence. */
const toBareWord = (body: string): string =>
  body
    .normalize('NFD')
    .replaceAll(/[\p{Mark}\p{Punctuation}\s]/gu, '')
    .toUpperCase();

/**
 * The wish of a message, or null for words that are meant for the assistant. `optOutType` is the platform's own finding: STOP,
 * START, HELP, or empty where it found none or does not look.
 */
export const readWish = (optOutType: string, body: string): Wish | null => {
  const found = kinds.find((kind) => kind.toUpperCase() === optOutType.toUpperCase());
  if (found) return { kind: found, how: optOutType.toUpperCase(), isAnswered: true };
  const word = toWord(body);
  const known = ([...kinds, 'yes'] as const).find((kind) => platforms[kind].has(word));
  if (known) return { kind: known, how: word, isAnswered: true };
  const bare = toBareWord(body);
  const own = kinds.find((kind) => ours[kind].has(bare) || (kind !== 'help' && platforms[kind].has(bare)));
  if (own) return { kind: own, how: bare, isAnswered: false };
  return sentences.some((pattern) => pattern.test(body)) ? { kind: 'stop', how: 'in words', isAnswered: false } : null;
};

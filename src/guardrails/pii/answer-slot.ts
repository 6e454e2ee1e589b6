import type { Finding, PersonalDataType } from './personal-data.ts';

/** What somebody was asked for: their reply is that, whatever it looks like. */
export const askedTypes = [
  'NAME',
  'ADDRESS',
  'EMAIL',
  'PHONE',
  'BIRTH_DATE',
  'SSN',
  'ACCOUNT',
  'CARD',
  'PASSWORD',
] as const satisfies readonly PersonalDataType[];
export type AskedType = (typeof askedTypes)[number];

/** A question, or a request, that names what it wants; and no offer of help with it ("forgot your password?"). */
const wishes =
  "what(?:'s| is| was| are)|which|may i (?:have|ask|get)|can i (?:have|get)|could i (?:have|get)|could you|can you|would you|please|provide|tell me|tell us|give me|send me|send us|share|enter|type|confirm|verify|need|spell|wie (?:ist|lautet|heißen)|nennen|bitte|geben sie|können sie|brauche|benötige|cuál es|cómo se llama|dígame|díganos|indique|podría|puede|necesito|facilíteme|quel(?:le)? est|comment vous appelez|donnez|indiquez|pouvez|pourriez|besoin|merci de";

const slots: readonly (readonly [type: AskedType, what: string])[] = [
  ['SSN', "(?:last (?:four|4) (?:digits? )?of (?:your |the )?(?:ssn|social)|social security(?: number)?|ssn|social insurance|tax id|national id|national insurance|steuer-?(?:id|nummer)|sozialversicherungsnummer|dni|nie|numéro de sécurité sociale)"],
  ['CARD', '(?:(?:card|credit card|debit card)(?: number| digits)?|last (?:four|4) (?:digits )?of (?:your |the )?card|kartennummer|karten?ziffern|número de (?:la |su )?tarjeta|numéro de (?:la |votre )?carte)'],
  ['ACCOUNT', '(?:account (?:number|no|id)|last (?:four|4)(?: digits)?(?! (?:digits )?of (?:your |the )?(?:ssn|social|card|credit|debit|phone))|customer (?:number|id)|member(?:ship)? (?:number|id)|kontonummer|kundennummer|número de (?:la |su )?cuenta|numéro de (?:compte|client))'],
  ['PASSWORD', '(?:password|passcode|pin(?: code)?|security (?:code|answer)|kennwort|passwort|contraseña|clave|mot de passe|code secret)'],
  ['BIRTH_DATE', '(?:date of birth|birth ?(?:date|day)|dob|geburtsdatum|fecha de nacimiento|date de naissance)'],
  ['EMAIL', '(?:e-?mail(?: address)?|e-?mail-?adresse|correo(?: electrónico)?|adresse e-?mail|courriel)'],
  ['PHONE', '(?:phone(?: number)?|telephone(?: number)?|mobile(?: number)?|cell(?: number)?|number (?:to|we can) (?:call|reach)|telefonnummer|handynummer|(?:número de )?teléfono|(?:numéro de )?téléphone)'],
  ['ADDRESS', '(?:(?:home |street |postal |mailing |shipping |billing |delivery |current |new )?address|where (?:do you|should we) (?:live|send|ship|deliver)|(?:liefer|rechnungs|post)?(?:adresse|anschrift)|dirección|domicilio|adresse)'],
  ['NAME', '(?:(?:full |first |last |sur|user ?)?name|who am i (?:speaking|talking|chatting) (?:with|to)|(?:vor|nach|voller |vollständige[rn]? )?namen?|nombre(?: completo)?|apellidos?|nom(?: complet)?|prénom|cómo se llama|wie heißen sie|comment vous appelez)'],
]; // prettier-ignore

const questions = slots.map(
  ([type, what]) =>
    [
      type,
      new RegExp(
        `(?:(?<!\\p{L})(?:${wishes})(?!\\p{L})[^.!?\\n]{0,60}?(?<!\\p{L})|(?<!\\p{L})your )${what}(?!\\p{L})`,
        'iu',
      ),
    ] as const,
);
const offers =
  /(?:forg[eo]t|reset|change|update|vergessen|zurücksetzen|ändern|olvid|restablecer|cambiar|oubli|réinitialis|modifier)\w*[^.!?\n]{0,30}/iu;
const lettersMax = 160;

/** What the last thing that we said asks for; of an address that is an e-mail's, the e-mail. */
export const findAsked = (said: string): AskedType[] => {
  const sentences = said.split(/(?<=[.!?\n])\s*/).filter((sentence) => !offers.test(sentence));
  const found = questions
    .filter(([, question]) => sentences.some((sentence) => question.test(sentence)))
    .map(([type]) => type);
  return found.includes('EMAIL') && !/(?:postal|street|home|mailing|shipping|liefer|post)/i.test(said)
    ? found.filter((type) => type !== 'ADDRESS')
    : found;
};

/** A reply that is no answer to what was asked. */
const otherWords = new Set(
  'yes no yeah yep nope ok okay sure fine thanks thank you please why what how who where when which help hello hi hey sorry wait later not now i do dont know none nothing human agent person ja nein danke bitte warum wie hallo sí si no gracias por qué cómo hola oui non merci pourquoi comment bonjour my the is it a an and for of to me name ssn last four digits account number address email phone dob card its this that im am we new here password pin lives live at mein meine lautet ist mi es el la mon ma est le with was are ending in'.split(
    ' ',
  ),
);
const lead =
  /^\W*(?:(?:hi|hello|hey|yes|yeah|sure|ok|okay|of course|well|oh|so|and|thanks|thank you|ja|sí|oui)[\s,.!-]+)*(?:(?:my|the|its|it is|it's|that's|this is|i am|i'm|im|name|full|first|last|is|ssn|account|number|address|email|e-mail|phone|password|dob|card|mein|meine|ich bin|ich heiße|lautet|ist|mi|me llamo|soy|es|mon|ma|je suis|je m'appelle|c'est|est)[\s:,.]+)*/iu;

const afterName =
  /\d|[,;]|(?<!\p{L})(?:and|my|the|ssn|last|first|four|digits?|account|acct|number|no|id|dob|born|confirmation|booking|reservation|passengers?|card|credit|phone|ph|contact|mobile|cell|e-?mail|address|from|to|for|is|are|was|it|its|i|und|y|et)(?!\p{L})/iu;

const wordsMax: Readonly<Record<AskedType, number>> = {
  NAME: 4,
  ADDRESS: 14,
  EMAIL: 6,
  PHONE: 6,
  BIRTH_DATE: 6,
  SSN: 5,
  ACCOUNT: 5,
  CARD: 6,
  PASSWORD: 4,
};
const needsDigit: ReadonlySet<AskedType> = new Set(['SSN', 'ACCOUNT', 'CARD', 'PHONE', 'BIRTH_DATE']);

/** The reply to a question of ours, as what was asked for; nothing where it talks of something else. */
export function* findReply(text: string, asked: readonly AskedType[]): Generator<Finding> {
  if (asked.length === 0 || text.length > lettersMax) return;
  const start = lead.exec(text)?.[0].length ?? 0;
  const digits = asked.find((type) => needsDigit.has(type));
  const words = asked.find((type) => !needsDigit.has(type));
  if (digits)
    for (const match of text.matchAll(/[\dxX*#]*\d[\d\s./-]*/g))
      yield { start: match.index, end: match.index + match[0].trimEnd().length, type: digits, strength: 1 };
  if (asked.includes('EMAIL'))
    for (const match of text.matchAll(/(?<!\S)[\p{L}\p{N}._-]{3,}(?:com|org|net|edu|mail)(?!\S)/giu))
      yield { start: match.index, end: match.index + match[0].length, type: 'EMAIL', strength: 1 };
  if (!words || text.includes('?')) return;
  const rest = text.slice(start);
  // A name comes first; what else was given follows it.
  const reply = (words === 'NAME' ? (rest.split(afterName)[0] ?? '') : rest).replace(/[\s.!,;:-]+$/u, '');
  const own = reply.split(/\s+/).filter(Boolean);
  const isReply =
    own.length > 0 &&
    own.length <= wordsMax[words] &&
    own.some((word) => !otherWords.has(word.toLowerCase().replaceAll(/[^\p{L}]/gu, '')));
  if (isReply) yield { start, end: start + reply.length, type: words, strength: 1 };
}

/** What a person asks of us in words of their own: there is no button for it everywhere. */
export type TypedCommand =
  /** What the last answer leans on. "Why?" alone is a question like any other. */
  | { readonly kind: 'why' }
  | { readonly kind: 'link' }
  | { readonly kind: 'prove'; readonly code: string }
  | { readonly kind: 'unlink' }
  /** Null where they do not say on which channel. */
  | { readonly kind: 'continue'; readonly channel: string | null };

const patterns: readonly { readonly kind: 'why' | 'link' | 'unlink'; readonly pattern: RegExp }[] = [
  {
    kind: 'why',
    pattern:
      /^(?:[/!](?:why|warum|por qu[eé]|pourquoi)|why this answer|warum diese antwort|por qu[eé] esta respuesta|pourquoi cette réponse)$/i,
  },
  {
    kind: 'link',
    pattern:
      /^[/!]?(?:link (?:my )?channels|kanäle verknüpfen|vincular (?:mis )?canales|(?:lier|relier) (?:mes |les )?canaux)$/i,
  },
  {
    kind: 'unlink',
    pattern:
      /^[/!]?(?:unlink (?:my )?channels|kanäle trennen|desvincular (?:mis )?canales|(?:délier|dissocier) (?:mes |les )?canaux)$/i,
  },
];

/** Letters and digits that are not mistaken for one another, as codes are read aloud and typed on phones. */
export const codeLetters = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const proof = new RegExp(
  `^[/!]?(?:link|verknüpfen|vincular|lier) ([${codeLetters}]{4})[- ]?([${codeLetters}]{4})$`,
  'i',
);

const onward: readonly RegExp[] = [
  /^(?:please )?(?:text|message|write(?: to)?|ping|dm|sms) me (?:(?:on|by|via) (?<on>\w+) )?(?:when|once|if|as soon as)\b/i,
  /^(?:bitte )?(?:schreib|schreiben sie|simse|melde dich bei) mir,? (?:(?:auf|per|über|via) (?<on>\w+),? )?(?:wenn|sobald)\b/i,
  /^(?:por favor,? )?(?:escríbeme|escríbame|avísame|avíseme) (?:(?:por|en) (?<on>\w+) )?(?:cuando|si|en cuanto)\b/i,
  /^(?:s'il (?:te|vous) plaît,? )?(?:écris-moi|écrivez-moi|préviens-moi|prévenez-moi) (?:(?:sur|par) (?<on>\w+) )?(?:quand|dès|lorsque|si)\b/i,
];

/** Null for everything else, which is nearly all that is ever said. */
export const toTypedCommand = (text: string): TypedCommand | null => {
  const words = text
    .trim()
    .replace(/^¿/, '')
    .replace(/\s?[.!?]+$/, '');
  if (words.length > 200) return null;
  const found = patterns.find(({ pattern }) => pattern.test(words));
  if (found) return { kind: found.kind };
  const [, first, second] = proof.exec(words) ?? [];
  if (first && second) return { kind: 'prove', code: `${first}${second}`.toUpperCase() };
  for (const pattern of onward) {
    const wish = pattern.exec(words);
    if (!wish) continue;
    const isText = /^(?:please )?(?:text|sms) me\b|^(?:bitte )?simse\b/i.test(words);
    return { kind: 'continue', channel: wish.groups?.['on']?.toLowerCase() ?? (isText ? 'sms' : null) };
  }
  return null;
};

import type { PersonalDataSpan } from './personal-data.ts';

/** One remembered value of a conversation: `[EMAIL_1]` stands for it. Secrets never get one. */
export interface TokenEntry {
  readonly token: string;
  readonly value: string;
}

export interface Tokens {
  /** Replaces the spans of `text`: contact data by `[EMAIL_1]`, secrets by `[CARD]` for good. */
  redact(text: string, spans: readonly PersonalDataSpan[]): string;
  /** Puts contact data back. Only for the person who gave it, and for the agent who takes over. */
  restore(text: string): string;
  /** What must be kept (sealed) to go on later with `createTokens(entries)`. */
  entries(): readonly TokenEntry[];
}

// Models like to escape the underscore in Markdown.
const tokenShape = /\[([A-Z][A-Z_]*?)\\?_(\d{1,6})\]/g;

/** The tokens of one conversation. The same value, however it is written, keeps its token. */
export function createTokens(known: readonly TokenEntry[] = []): Tokens {
  const valueOf = new Map<string, string>();
  const tokenOf = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { token, value } of known) {
    const [, type = '', number = '0'] = [...token.matchAll(tokenShape)][0] ?? [];
    remember(type, Number(number), value);
  }

  function remember(type: string, number: number, value: string): string {
    const token = `[${type}_${number}]`;
    valueOf.set(token, value);
    const key = keyOf(type, value);
    if (!tokenOf.has(key)) tokenOf.set(key, token);
    counts.set(type, Math.max(counts.get(type) ?? 0, number));
    return token;
  }

  function tokenFor(type: string, value: string): string {
    const existing = tokenOf.get(keyOf(type, value));
    // Another spelling of a known value gets the same token, so the token gives back the first spelling.
    return existing ?? remember(type, (counts.get(type) ?? 0) + 1, value);
  }

  // A person may type "[EMAIL_1]" themselves; kept as a literal it can never be exchanged for somebody's address.
  const escapeLiterals = (text: string) => text.replaceAll(tokenShape, (literal) => tokenFor('LITERAL', literal));

  return {
    redact(text, spans) {
      let result = '';
      let from = 0;
      for (const { start, end, type, kind } of spans) {
        result += escapeLiterals(text.slice(from, start));
        result += kind === 'secret' ? `[${type}]` : tokenFor(type, text.slice(start, end));
        from = end;
      }
      return result + escapeLiterals(text.slice(from));
    },
    restore: (text) =>
      text.replaceAll(tokenShape, (token, type: string, number: string) => valueOf.get(`[${type}_${number}]`) ?? token),
    entries: () => [...valueOf].map(([token, value]) => ({ token, value })),
  };
}

function keyOf(type: string, value: string): string {
  return `${type} ${comparable(type, value)}`;
}

/** What makes two spellings the same value. */
export function comparable(type: string, value: string): string {
  const plain = value.normalize('NFKC').trim();
  if (type === 'PHONE') return plain.replaceAll(/\D/g, '').replace(/^00/, '');
  if (type === 'LITERAL') return value;
  return /^(?:CARD|IBAN|SSN|ACCOUNT|MAC)$/.test(type)
    ? plain.replaceAll(/[\s.:-]/g, '').toLowerCase()
    : plain.toLowerCase();
}

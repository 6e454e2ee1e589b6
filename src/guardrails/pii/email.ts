import type { Finding } from './personal-data.ts';

const localUnit = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const trimLeft = /^[.!#$%&'*/=?^`{|}~-]+/;
const domainAt = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]/uy;
const addressLiteral = /\[(?:\d{1,3}\.){3}\d{1,3}\]/y;

const providers =
  'gmail|gmai|gmial|gmil|googlemail|yahoo|ymail|hotmail|outlook|live|msn|aol|icloud|protonmail|proton|gmx|email|mail|rediffmail';
// Spelled out, as on the phone or to fool a scanner: "jane at example dot com", "jane [at] example [dot] com".
const spelled =
  /(?<![\p{L}\p{N}._-])[\p{L}\p{N}][\p{L}\p{N}._+-]{0,63}\s?(?:\s(?:at)\s|[[({]\s?(?:at|@)\s?[\])}])\s?[\p{L}\p{N}-]{1,63}(?:(?:\s(?:dot|punkt|punto|point)\s|\s?[[({]\s?(?:dot|\.)\s?[\])}]\s?)(?:com?|net|org|edu|gov|info|biz|io|me|eu|uk|de|fr|es|it|nl|at|ch|be|pl|pt|se|dk|fi|no|jp|au|ca|in|br|mx|us|dev|app|ai|example)){1,3}(?![\p{L}\p{N}])/giu;
// Transcribed speech drops the signs: "jane 45 gmailcom", "jane45 gmail com".
const transcribed = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:[\\p{L}\\p{N}._-]{1,64}\\s){0,1}(?:\\d{1,8}\\s){0,2}(?:at\\s)?[\\p{L}\\p{N}._-]{0,64}(?<!at )(?:${providers})(?:\\s?dot\\s?|\\s?\\.?\\s?)com(?![\\p{L}\\p{N}])`,
  'giu',
);

/** E-mail addresses, written, spelled out or transcribed. */
export function* findEmails(text: string): Generator<Finding> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const finding = around(text, at);
    if (finding) yield finding;
  }
  if (/\b(?:dot|punkt|punto|point)\b|[([{]\s?\./i.test(text)) {
    for (const match of text.matchAll(spelled))
      yield { start: match.index, end: match.index + match[0].length, type: 'EMAIL', strength: 2 };
  }
  yield* findTranscribed(text);
}

function around(text: string, at: number): Finding | undefined {
  let start = at;
  while (start > 0 && at - start < 64 && localUnit.test(text[start - 1] ?? '')) start -= 1;
  const cut = trimLeft.exec(text.slice(start, at));
  if (cut) start += cut[0].length;
  domainAt.lastIndex = at + 1;
  addressLiteral.lastIndex = at + 1;
  const domain = domainAt.exec(text) ?? addressLiteral.exec(text);
  if (start === at) return quoted(text, at, domain);
  if (!domain) return undefined;
  return { start, end: at + 1 + domain[0].length, type: 'EMAIL', strength: 3 };
}

function quoted(text: string, at: number, domain: RegExpExecArray | null): Finding | undefined {
  if (!domain || text[at - 1] !== '"') return undefined;
  const start = text.lastIndexOf('"', at - 2);
  if (start === -1 || at - start > 66) return undefined;
  return { start, end: at + 1 + domain[0].length, type: 'EMAIL', strength: 3 };
}

function* findTranscribed(text: string): Generator<Finding> {
  if (!/com(?![\p{L}\p{N}])/iu.test(text)) return;
  for (const match of text.matchAll(transcribed)) {
    const value = match[0];
    // "mail.com" alone or "my gmail.com account" names a provider, not a mailbox.
    const digits = /\d/.test(value);
    const glued = new RegExp(`[\\p{L}\\p{N}](?:${providers})(?:\\s?dot\\s?|\\s?)com$`, 'iu').test(value);
    if (!digits && !glued) continue;
    const lead = glued || !/^\p{L}+\s/u.test(value) ? /^(?:\p{L}+\s)(?=[\p{L}\p{N}._-]+$)/u.exec(value) : null;
    const start = match.index + (lead?.[0].length ?? 0);
    yield { start, end: match.index + value.length, type: 'EMAIL', strength: 1 };
  }
}

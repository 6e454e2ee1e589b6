import type { Finding } from './personal-data.ts';
import { inContext } from './in-context.ts';

const passwordWord =
  'passwords?|passwort|kennwort|passwd|passphrase|passcode|pass|pwd|pw|contraseña|contrasena|clave|mot de passe|mdp|senha|wachtwoord|hasło|parola';
const pinWord = 'pins?|pin code|otp|one[ -]time (?:code|password)|verification code|2fa code|tan';
// A copula or sign must stand between, so that "password reset" and "PIN blocked" stay as they are.
const between = "(?:\\s?(?:number|code|is|was|are|it's|=|:|->|ist|lautet|es|est|é|to|as|set|now|currently|still|here))";

const password = new RegExp(
  `(?<!\\p{L})(?:${passwordWord})(?!\\p{L})${between}{1,4}\\s{0,3}["'\`]?([^\\s"'\`]{3,64})`,
  'giu',
);
const pin = new RegExp(
  `(?<!\\p{L})(?:${pinWord})(?!\\p{L})${between}{0,4}\\s{0,3}["'\`]?(\\d{4,8})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
);
const cvv =
  /(?<!\p{L})(?:cvv2?|cvc2?|csc|cid|cvn|security code|card code|card verification(?: (?:code|value|number))?|prüfziffer|code de sécurité|código de seguridad)(?!\p{L})(?:\s?(?:number|code|is|was|ist|es|est|no|on the back|[:=#.])){0,4}\s{0,2}(\d{3,4})(?![\p{L}\p{N}])/giu;

/** Passwords, PINs and card codes. They have no shape of their own, only words before them. */
export function* findCredentials(text: string): Generator<Finding> {
  for (const finding of inContext(text, password, 'PASSWORD')) {
    const value = text.slice(finding.start, finding.end).replace(/[.,;:!?)\]}]+$/u, '');
    const end = finding.start + value.length;
    const signed = /[:=>]\s*["'`]?$/.test(text.slice(Math.max(0, finding.start - 4), finding.start));
    if (looksLikePassword(value, signed)) yield { ...finding, end: trailingSign(text, end, value) };
  }
  yield* inContext(text, pin, 'PASSWORD');
  yield* inContext(text, cvv, 'CVV');
}

/** After a colon nearly anything is a password; after "is" it must not be a plain word ("my password is wrong"). */
function looksLikePassword(value: string, signed: boolean): boolean {
  if (/^\[|^https?:/i.test(value)) return false;
  const mixed = /\d/.test(value) || /[^\p{L}\p{N}'’-]/u.test(value) || /\p{Ll}\p{Lu}/u.test(value);
  return mixed && value.length >= 3 ? true : signed && value.length >= 6;
}

/** A closing "!" belongs to the password when nothing but the end of the message follows it. */
function trailingSign(text: string, end: number, value: string): number {
  return /\d$/.test(value) && /^[!?]+(?:\s|$)/.test(text.slice(end, end + 4))
    ? end + (/^[!?]+/.exec(text.slice(end, end + 4))?.[0].length ?? 0)
    : end;
}

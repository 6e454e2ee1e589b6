import { inContext } from './in-context.ts';
import type { Finding } from './personal-data.ts';

const filler =
  '(?:\\s?(?:number|numbers|num|no|nr|nummer|is|was|the|my|its|to|ending|ends|in|with|of|last|four|4(?!\\d)|digits?|are|from|and|second|first|one|ac|av|número|numéro|numero|nummer|bancaria|bancaire|ist|lautet|es|est|é|[.:#=,])(?![\\p{L}]))';
const account = new RegExp(
  `(?<!\\p{L})(?:accounts?|acct|acc|a/c|ac|konto|kontonummer|kontonr|cuenta|compte|conta|conto|rekening)(?!\\p{L})${filler}{0,7}\\s{0,2}[x*#-]{0,12}(\\d{4,17}|\\d{2,6}(?:[ -]\\d{2,6}){1,4})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
);
const routing =
  /(?<!\p{L})(?:routing|aba|sort ?code|blz|bankleitzahl|bsb|transit|swift code|ifsc)(?!\p{L})(?:\s?(?:number|no|num|code|is|my|[.:#=])(?!\p{L})){0,4}\s{0,2}(\d{6,9}|\d{2}[- ]\d{2}[- ]\d{2}|\d{3}-\d{3}|[A-Z]{4}0[A-Z0-9]{6})(?![\p{L}\p{N}])/giu;

/** Bank account, routing and sort code numbers behind their words. */
export function* findAccounts(text: string): Generator<Finding> {
  yield* inContext(text, account, 'ACCOUNT');
  yield* inContext(text, routing, 'ACCOUNT');
}

import { normalize } from './normalize.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const canaryLength = 20;

/** Random bytes, as many as asked for. */
export type RandomBytes = (size: number) => Uint8Array;

/** A marker of 20 letters and digits (100 bits) to plant in a system prompt: if it comes out, the prompt came out. */
export function createCanary(random: RandomBytes = (size) => crypto.getRandomValues(new Uint8Array(size))): string {
  return Array.from(random(canaryLength), (byte) => alphabet[byte % alphabet.length]).join('');
}

/**
 * True when `text` carries the canary: plain, in other case, spaced, punctuated, reversed, rot13, base64 (any alignment, also of the
 * reversed), base32, hex, percent, character codes, escapes or bits.
 */
export function findCanary(text: string, canary: string): boolean {
  return createCanaryFinder(canary)(text);
}

/** The same for many texts: the encodings are computed once. */
export function createCanaryFinder(canary: string): (text: string) => boolean {
  if (canary.length < 8) throw new RangeError('A canary needs at least 8 characters.');
  const folded = [canary, reverse(canary)].flatMap(foldedForms).map((form) => squeeze(form).toLowerCase());
  const exact = [canary, canary.toUpperCase(), reverse(canary)].flatMap(base64Forms);
  return (text) => {
    const squeezed = squeeze(normalize(text).text);
    if (exact.some((form) => squeezed.includes(form))) return true;
    const lower = squeezed.toLowerCase();
    return folded.some((form) => lower.includes(form));
  };
}

const squeeze = (text: string) => text.replaceAll(/[^A-Za-z0-9]/g, '');
const reverse = (text: string) => [...text].reverse().join('');

function foldedForms(value: string): string[] {
  const codes = Array.from(value, (unit) => unit.charCodeAt(0));
  const each = (form: (code: number) => string) => codes.map(form).join('');
  return [
    value,
    value.replaceAll(/[a-z]/g, (unit) => String.fromCharCode(((unit.charCodeAt(0) - 84) % 26) + 97)),
    each((code) => code.toString(16)),
    each((code) => `0x${code.toString(16)}`),
    each((code) => `x${code.toString(16)}`),
    each((code) => `u00${code.toString(16)}`),
    each((code) => String(code)),
    each((code) => code.toString(8)),
    each((code) => code.toString(2).padStart(8, '0')),
    base32(codes),
  ];
}

/** The inner part of the base64 of `value` for each of the three places where it may begin in a longer text. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = btoa(`${'\0'.repeat(shift)}${value}`);
    const inner = encoded.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + value.length) * 8) / 6));
    return squeeze(inner);
  });
}

function base32(codes: readonly number[]): string {
  const bits = codes.map((code) => code.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('');
}

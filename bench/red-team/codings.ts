/** Ways in which a model may be told to write what it must not. */
const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (unit) => {
    const base = unit <= 'Z' ? 65 : 97;
    return String.fromCharCode(((unit.charCodeAt(0) - base + 13) % 26) + base);
  });
const each = (text: string, form: (code: number) => string, between = ' '): string =>
  [...text].map((letter) => form(letter.codePointAt(0) ?? 0)).join(between);

export const codings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'upper case': (text) => text.toUpperCase(),
  'spaced out': (text) => [...text].join(' '),
  'with dashes': (text) => [...text].join('-'),
  'one a line': (text) => [...text].join('\n'),
  reversed: (text) => [...text].reverse().join(''),
  rot13,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 of more': (text) => Buffer.from(`here: ${text}`).toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'character codes': (text) => each(text, String),
  'escaped codes': (text) => each(text, (code) => `\\x${code.toString(16)}`, ''),
  binary: (text) => each(text, (code) => code.toString(2).padStart(8, '0')),
  'reversed base64': (text) => Buffer.from([...text].reverse().join('')).toString('base64'),
  'with invisible marks': (text) => [...text].join('\u200b'),
};

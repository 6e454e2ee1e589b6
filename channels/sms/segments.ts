/**
 * What the carriers charge for: segments. A text of the GSM-7 alphabet takes 160 characters alone or 153 in each of several; any
 * other takes 70 or 67 UTF-16 units (twilio.com/docs/glossary/what-is-gsm-7-character-encoding).
 */

/** 3GPP TS 23.038, 6.2.1: the default alphabet, without the escape. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** The same, 6.2.1.1: each takes an escape too. */
const extended = new Set('\f^{}\\[~]|€');

const gsm7 = { alone: 160, each: 153, of: (character: string) => (extended.has(character) ? 2 : 1) };
const ucs2 = { alone: 70, each: 67, of: (character: string) => character.length };

/** Whether the text can be sent in the cheaper alphabet. */
export const isGsm7 = (text: string): boolean =>
  [...text].every((character) => basic.has(character) || extended.has(character));

/** How many segments a text takes; one that is empty takes one. No character is cut in two. */
export const countSegments = (text: string): number => {
  const { alone, each, of } = isGsm7(text) ? gsm7 : ucs2;
  let total = 0;
  let segments = 1;
  let used = 0;
  for (const character of text) {
    const width = of(character);
    total += width;
    if (used + width > each) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return total <= alone ? 1 : segments;
};

const gsm7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const gsm7Double = '^{}\\[]~|€\f';

/**
 * How many SMS segments a text takes: GSM-7 160 alone or 153 each, else UCS-2 70 or 67 UTF-16 units
 * (twilio.com/docs/glossary/what-is-gsm-7-character-encoding).
 */
export const countSegments = (text: string): number => {
  if (text === '') return 1;
  const isGsm7 = [...text].every((character) => gsm7.includes(character) || gsm7Double.includes(character));
  const [alone, each] = isGsm7 ? [160, 153] : [70, 67];
  // A character is never cut: a double GSM character or a surrogate pair moves whole to the next segment.
  const widths = [...text].map((character) => (isGsm7 ? (gsm7Double.includes(character) ? 2 : 1) : character.length));
  if (widths.reduce((sum, width) => sum + width, 0) <= alone) return 1;
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > each) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return segments;
};

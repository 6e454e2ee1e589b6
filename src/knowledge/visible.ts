/** Soft hyphens, zero-width, bidirectional and tag characters: nobody sees them, a model reads them. */
const invisible =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gv;
/** Joiners shape the letters of many scripts, and make one emoji of several; elsewhere they part words. */
const idleJoiner =
  /(?<![[\p{L}\p{M}]--[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Inherited}]]|[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200C\u200D]/gv;
/** Behind anything but these a selector of a variant chooses nothing; many in a row spell what nobody sees. */
const idleSelector = /(?<![\p{Emoji}\p{sc=Han}\p{sc=Mongolian}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gv;

/** A text without the characters that its reader would not see. */
export const keepVisible = (text: string): string =>
  text.replaceAll(invisible, '').replaceAll(idleSelector, '').replaceAll(idleJoiner, '');

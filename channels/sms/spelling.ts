import { countSegments, isGsm7 } from './segments.ts';

/** How the words of a message are spelled: always the same words. */
export type Spelling = (text: string) => string;

type Rule = readonly [RegExp, string];

const rewrite = (text: string, rules: readonly Rule[]): string =>
  rules.reduce((changed, [pattern, instead]) => changed.replace(pattern, instead), text);

/** Pictures, which say nothing that the words beside them do not say, and what shows nothing at all. */
const pictures: readonly Rule[] = [
  // Joiners go with their emoji only: Persian and Indic scripts need theirs.
  [
    /(?:\p{Extended_Pictographic}|\p{Regional_Indicator})(?:\u200d|\ufe0f|\p{Emoji_Modifier}|\p{Extended_Pictographic})*/gu,
    '',
  ],
  [/\u200b|\u2060|\ufe0f|\ufeff|\u20e3|\u00ad/g, ''],
];

/** One character outside GSM-7 makes every segment 70 characters short instead of 160, so look-alikes stand in for typography. */
const lookAlikes: readonly Rule[] = [
  [/[“”„‟«»″]/g, '"'],
  [/[‘’‚‛‹›′`´]/g, "'"],
  [/[‐‑‒–—―−]/g, '-'],
  [/…/g, '...'],
  [/[•◦▪·‣]/g, '-'],
  [/→/g, '->'],
  [/←/g, '<-'],
  [/×/g, 'x'],
  [/≤/g, '<='],
  [/≥/g, '>='],
  [/™/g, 'TM'],
  [/©/g, '(c)'],
  [/®/g, '(R)'],
  [/[\u00a0\u2000-\u200a\u202f\t]/g, ' '],
];

const withoutDoubleBlanks = (text: string): string => text.replaceAll(/ {2,}/g, ' ');

/** For a language that the cheaper alphabet cannot write: its typography costs nothing there. */
export const asWritten: Spelling = (text) => withoutDoubleBlanks(rewrite(text, pictures));

/** With look-alikes for typography; letters of every script stay. ™ and © count as pictures, so they are replaced first. */
export const plain: Spelling = (text) => withoutDoubleBlanks(rewrite(rewrite(text, lookAlikes), pictures));

/**
 * Letters that people leave the mark off themselves when they text, and are read all the same: those of French, Spanish, Portuguese,
 * Italian and Catalan. Of others the mark is the meaning (Polish, Turkish, Vietnamese, Romanian): they are not here.
 */
const unmarked = new Map(
  Object.entries({
    a: 'áâã',
    c: 'ç',
    e: 'êë',
    i: 'íîï',
    o: 'óôõ',
    u: 'úû',
    y: 'ÿ',
    A: 'ÁÀÂÃ',
    E: 'ÈÊË',
    I: 'ÍÌÎÏ',
    O: 'ÓÒÔÕ',
    U: 'ÚÙÛ',
    oe: 'œ',
    OE: 'Œ',
  }).flatMap(([letter, marked]) => [...marked].map((one) => [one, letter] as const)),
);

/** The same without the marks that can be spared. */
export const bare: Spelling = (text) =>
  [...plain(text)].map((character) => unmarked.get(character) ?? character).join('');

/**
 * The text in the spelling that takes the fewest segments; of equals the one that keeps the most.
 * `render` is called once for each spelling that is worth trying.
 */
export const cheapest = (render: (spelling: Spelling) => string): string => {
  const kept = render(plain);
  if (isGsm7(kept)) return kept;
  const without = render(bare);
  if (isGsm7(without)) return countSegments(without) < countSegments(kept) ? without : kept;
  const written = render(asWritten);
  return countSegments(kept) < countSegments(written) ? kept : written;
};

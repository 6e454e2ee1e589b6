/** Letters of other scripts that look like Latin ones (Unicode confusables): what is written with them is read as if it were Latin. */
const lookalikes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['аạӓα', 'a'], ['ЬƄв', 'b'], ['сϲⅽ', 'c'], ['ԁⅾ', 'd'], ['еёҽє', 'e'], ['ƒ', 'f'], ['ɡց', 'g'], ['һհ', 'h'], ['іїιɩ', 'i'], ['јյ', 'j'],
    ['кκ', 'k'], ['ӏⅼ', 'l'], ['мⅿ', 'm'], ['пոո', 'n'], ['оοօσ', 'o'], ['рρ', 'p'], ['ԛգ', 'q'], ['гᴦ', 'r'], ['ѕ', 's'], ['тτ', 't'],
    ['υսц', 'u'], ['ѵνⅴ', 'v'], ['ԝա', 'w'], ['хχⅹ', 'x'], ['уγү', 'y'], ['ᴢ', 'z'],
  ].flatMap(([from = '', to = '']) => [...from].map((letter) => [letter, to])),
); // prettier-ignore

const mixed = /(?=\S*\p{Script=Latin})\S*[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]\S*/gu;
const lookalike = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/gu;
const isForeign = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/u;

/**
 * A copy for matching, of the same length: in a word that mixes scripts the letters that look Latin are. Words of one script, as
 * Russian and Greek are written, stay as they are.
 */
export const foldHomoglyphs = (text: string): string =>
  isForeign.test(text)
    ? text.replaceAll(mixed, (word) =>
        word.replaceAll(lookalike, (letter) => {
          const folded = lookalikes[letter.toLowerCase()] ?? letter;
          return letter === letter.toLowerCase() ? folded : folded.toUpperCase();
        }),
      )
    : text;

const vowel = /[aeiouy]/;

/**
 * Cuts the endings of English plurals, tenses and the commonest noun forms, so that "refunds", "refunded" and
 * "refunding" are one term. The results are keys, not words. Words with anything but a-z are returned as they are.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return cutFinal(cutNoun(cutTense(cutPlural(word))));
}

function cutPlural(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  return word.replace(/s$/, '');
}

function cutTense(word: string): string {
  const ending = /(?:ing|ed)$/.exec(word)?.[0];
  if (ending === undefined || word.length - ending.length < 2) return word;
  const root = word.slice(0, -ending.length);
  if (!vowel.test(root) || word.endsWith('eed')) return word;
  // "activated" is "activate" with a d, "enabling" is "enable" without its e.
  return /(?:at|bl|iz)$/.test(root) ? `${root}e` : undouble(root);
}

function cutNoun(word: string): string {
  if (word.endsWith('ication')) return word.slice(0, -'cation'.length);
  const root = /^(.{4,})(?:at(?:e|ion)|ition|ment|ally|ly)$/.exec(word)?.[1];
  return root === undefined ? word : undouble(root);
}

/** "cancell" -> "cancel", but "bill" and "process" keep their pair. */
const undouble = (root: string): string =>
  /([bdgmnprt])\1$/.test(root) || (root.endsWith('ll') && root.length > 5) ? root.slice(0, -1) : root;

const cutFinal = (word: string): string =>
  word.length > 3 ? word.replace(/e$/, '').replace(/(?<=[^aeiou])y$/, 'i') : word;

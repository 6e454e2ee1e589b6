const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Endings after which a capital letter or a number does not begin a sentence. */
const abbreviation = /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|nr|vs|e\.g|i\.e|etc|approx|incl|max|min|fig|art)\.\s*$/i;

/** The sentences of a text, white space kept: joined together they are the text again. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = sentences.at(-1);
    if (last !== undefined && abbreviation.test(last)) sentences[sentences.length - 1] = last + segment;
    else sentences.push(segment);
  }
  return sentences;
}

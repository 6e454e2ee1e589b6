/** One answer as the model writes it and as the reader sees it, in sentences that are numbered and named after their stream. */

export const toTag = (index: number): string =>
  `q${String.fromCharCode(97 + Math.floor(index / 26), 97 + (index % 26))}ax`;

export const sentencesOf = (tag: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `This is what we know about ${tag} after step ${index + 1}.`);

/** Which sentence of the stream is the last one in this text; 0 for none. */
export const shownIn = (text: string, tag: string): number => {
  const steps = [...text.matchAll(new RegExp(`about ${tag} after step (\\d+)\\.`, 'g'))].map((match) =>
    Number(match[1]),
  );
  return Math.max(0, ...steps);
};

/** How old the shown text is: since when the next sentence has been written and not seen; 0 when all of it is seen. */
export const stalenessMs = (writtenAt: readonly number[], shown: number, now: number): number => {
  const next = writtenAt[shown];
  return next === undefined ? 0 : Math.max(0, now - next);
};

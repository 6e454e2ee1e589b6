/**
 * A count of model tokens that is never too low: characters per token by script, the least seen on Claude's models
 * (Latin 3, Cyrillic and Greek 1.9, everything denser 1), and 4 a message for its frame.
 */
export const estimateTokens = (text: string): number => {
  let tokens = 4;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    tokens += point < 0x370 ? 1 / 3 : point < 0x590 ? 1 / 1.9 : 1;
  }
  return Math.ceil(tokens);
};

/**
 * A count of model tokens that is never too low: characters per token by script, the least seen on Claude's models
 * (Latin 3, Cyrillic and Greek 1.9, everything denser 1), and 4 a message for its frame.
 */
export const estimateTokens = (text: string): number => {
  let [light, middle, dense] = [0, 0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x370) light += 1;
    else if (unit < 0x590) middle += 1;
    // Two units make one character.
    else dense += unit >= 0xd800 && unit <= 0xdfff ? 0.5 : 1;
  }
  return Math.ceil(4 + light / 3 + middle / 1.9 + dense);
};

/** As the sentence `more` asks for it, in each of our languages, and what people write instead. */
const words = /^\W*(?:more|mehr|weiter|más|mas|suite|plus)\W*$/iu;

/** Whether somebody asks for the rest of an answer, and says nothing else. */
export const wantsMore = (text: string): boolean => words.test(text.normalize('NFC'));

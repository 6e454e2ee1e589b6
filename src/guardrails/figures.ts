/** Figures that are written as words, by the words: what a passage says in words may be said in figures, and the other way around. */
const spelled = new Map<string, string>(
  (
    [
      ['one two three four five six seven eight nine ten eleven twelve', 1],
      ['zwei drei vier fünf sechs sieben acht neun zehn elf zwölf', 2],
      ['dos tres cuatro cinco seis siete ocho nueve diez', 2],
      ['deux trois quatre cinq six sept huit neuf dix onze douze', 2],
    ] as const
  ).flatMap(([words, from]) => words.split(' ').map((word, index): [string, string] => [word, String(from + index)])),
);
for (const [words, value] of [
  ['fourteen vierzehn catorce quatorze', '14'],
  ['fifteen fünfzehn quince quinze', '15'],
  ['twenty zwanzig veinte vingt', '20'],
  ['thirty dreißig treinta trente', '30'],
  ['sixty sechzig sesenta soixante', '60'],
  ['ninety neunzig noventa', '90'],
  ['hundred hundert cien', '100'],
] as const)
  for (const word of words.split(' ')) spelled.set(word, value);

/** These count things so often without meaning it ("one of them", "no one", "six" of Spanish sizes) that they prove nothing. */
const countsLoosely = new Set(['one', 'two', 'once', 'dos', 'deux', 'zwei']);

const months = [
  'jan|ene',
  'feb|fév',
  'mar|mär',
  'apr|abr|avr',
  'may|mai',
  'jun|juin',
  'jul|juil',
  'aug|ago|aoû',
  'sep',
  'oct|okt',
  'nov',
  'dec|dez|dic|déc',
];
const monthPatterns = months.map((beginnings) => new RegExp(`^(?:${beginnings})`, 'u'));
const monthName =
  /(?<!\p{L})(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|march|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|sep(?:t|tember|tiembre|tembre)?|o[ck]t(?:ober|ubre|obre)?|nov(?:ember|iembre|embre)?|de[cz](?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|diciembre|janvier|février|mars|avril|juin|juillet|août|décembre)(?!\p{L})/gu;

/** A figure as it is compared: without what separates thousands, and without zeros that say nothing. */
const toPlain = (figure: string): string => {
  const whole = figure.replaceAll(/[.,\s\u00A0\u202F'’](?=\d{3}(?:\D|$))/gu, '').replace(',', '.');
  return /^\d+(?:\.\d+)?$/.test(whole) ? String(Number(whole)) : whole;
};

/** None of these says a figure: numbers of steps and of sources, and stand-ins for personal data. */
const markers = /^[ \t]*(?:\*\*)?\d{1,2}[.)](?=\s)|\[\d{1,3}\]|\[[A-Z_]+_\d+\]/gm;
const figure = /\d{1,3}(?:[ \u00A0\u202F'’]\d{3})+(?!\d)|\d+(?:[.,]\d+)*/gu;

const toBare = (text: string): string => text.replaceAll(markers, ' ').normalize('NFKC').toLowerCase();

const monthsIn = (bare: string): { readonly name: string; readonly at: number; readonly month: string }[] =>
  [...bare.matchAll(monthName)].map(({ 0: name, index }) => ({
    name,
    at: index,
    month: `month ${monthPatterns.findIndex((pattern) => pattern.test(name)) + 1}`,
  }));

/** The figures that a sentence says, as they are compared; the month of a date is one. */
export const figuresIn = (sentence: string): string[] => {
  const bare = toBare(sentence);
  const words = [...bare.matchAll(/\p{L}+/gu)].flatMap(([word]) =>
    countsLoosely.has(word) ? [] : (spelled.get(word) ?? []),
  );
  // "may" and "mars" are words as well: a month without a day or a year beside it is none.
  const dated = monthsIn(bare).filter(
    ({ name, at }) =>
      /\d\W{0,4}(?:of |de )?$/.test(bare.slice(0, at)) || /^\W{0,3}\d/.test(bare.slice(at + name.length)),
  );
  return [...new Set([...(bare.match(figure) ?? []).map(toPlain), ...words, ...dated.map(({ month }) => month)])];
};

/** Every figure that may be said where these texts are all there is. */
export const knownFigures = (texts: readonly string[]): ReadonlySet<string> => {
  // On the hour, whatever the hour.
  const known = new Set(['0']);
  for (const text of texts) {
    const bare = text.normalize('NFKC').toLowerCase();
    for (const one of [...(bare.match(figure) ?? []), ...(bare.match(/\d+/g) ?? [])]) known.add(toPlain(one));
    for (const [word] of bare.matchAll(/\p{L}+/gu)) known.add(spelled.get(word) ?? '0');
    for (const { month } of monthsIn(bare)) known.add(month);
    // Half past five in the afternoon may be said as 17:30.
    for (const [, hour] of bare.matchAll(/(\d{1,2})(?::\d\d)? ?p\.?m/g)) known.add(String((Number(hour) % 12) + 12));
    for (const [, hour] of bare.matchAll(/(1[3-9]|2[0-3]):\d\d/g)) known.add(String(Number(hour) - 12));
  }
  return known;
};

/** The figures of a sentence that may not be said: nobody knows where they are from. */
export const foreignFigures = (sentence: string, known: ReadonlySet<string>): string[] =>
  figuresIn(sentence).filter((one) => !known.has(one));

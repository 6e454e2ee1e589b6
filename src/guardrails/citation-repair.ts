import { foreignFigures, knownFigures } from './figures.ts';

const marker = /\[(\d{1,3})\](?!\()/g;

export interface CitationRepairParts {
  /** The first ones are those of the answer, in the order of their numbers. */
  readonly passages: readonly string[];
  /** Where else a figure may be from. */
  readonly said: readonly string[];
}

/**
 * A sentence that cites a passage, with a figure that stands in another one only: that one is cited as well, so that whoever looks
 * it up finds the figure.
 */
export const createCitationRepair = ({ passages, said }: CitationRepairParts) => {
  const known = new Map<number, ReadonlySet<string>>();
  const figuresOf = (number: number): ReadonlySet<string> => {
    const found = known.get(number) ?? knownFigures([passages[number - 1] ?? '', ...said]);
    known.set(number, found);
    return found;
  };
  return (sentence: string): string => {
    const markers = [...sentence.matchAll(marker)];
    const last = markers.at(-1);
    if (!last) return sentence;
    const cited = new Set(markers.map(([, number]) => Number(number)));
    const missing = [...cited].reduce(
      (left, number) => left.filter((figure) => !figuresOf(number).has(figure)),
      foreignFigures(sentence, new Set()),
    );
    if (missing.length === 0) return sentence;
    const other = passages.findIndex((_, index) => missing.every((figure) => figuresOf(index + 1).has(figure)));
    if (other < 0 || cited.has(other + 1)) return sentence;
    const end = last.index + last[0].length;
    return `${sentence.slice(0, end)}[${other + 1}]${sentence.slice(end)}`;
  };
};

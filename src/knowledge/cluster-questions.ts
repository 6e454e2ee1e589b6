import { inverseFrequency, terms } from './terms.ts';

export interface Cluster<Question> {
  /** The one that says what most of them are about. */
  readonly like: Question;
  readonly questions: readonly Question[];
}

/** What stands for personal data says nothing about what is asked. */
const standIn = /\[[A-Z_]+(?:_\d+)?\]/g;

/** Two questions are about the same where the angle between their words, the rare ones weighing more, is below about 60 degrees. */
const alikeMin = 0.5;

type Weights = ReadonlyMap<string, number>;

const dot = (one: Weights, other: Weights): number => {
  let sum = 0;
  for (const [term, weight] of one) sum += weight * (other.get(term) ?? 0);
  return sum;
};

const toUnit = (weights: Map<string, number>): Weights => {
  const length = Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight ** 2, 0)) || 1;
  return new Map([...weights].map(([term, weight]) => [term, weight / length]));
};

/** Questions that ask for the same, the most often asked first. */
export const clusterQuestions = <Question extends { readonly text: string }>(
  questions: readonly Question[],
): Cluster<Question>[] => {
  const read = questions.map((question) => ({
    question,
    terms: [...new Set(terms(question.text.replaceAll(standIn, ' ')))],
  }));
  const frequency = new Map<string, number>();
  for (const one of read) for (const term of one.terms) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const vectors = read.map((one) => ({
    ...one,
    vector: toUnit(
      new Map(one.terms.map((term) => [term, inverseFrequency(frequency.get(term) ?? 0, questions.length) + 0.1])),
    ),
  }));
  const clusters: { sum: Map<string, number>; members: (typeof vectors)[number][] }[] = [];
  for (const one of vectors) {
    const scored = clusters.map((cluster) => ({ cluster, alike: dot(one.vector, toUnit(cluster.sum)) }));
    const best = scored.toSorted((a, b) => b.alike - a.alike)[0];
    const home = best && best.alike >= alikeMin ? best.cluster : { sum: new Map<string, number>(), members: [] };
    if (home.members.length === 0) clusters.push(home);
    home.members.push(one);
    for (const [term, weight] of one.vector) home.sum.set(term, (home.sum.get(term) ?? 0) + weight);
  }
  return clusters
    .map(({ sum, members }) => {
      const middle = toUnit(sum);
      const like = members.toSorted((a, b) => dot(b.vector, middle) - dot(a.vector, middle))[0];
      return { like: (like ?? members[0])!.question, questions: members.map(({ question }) => question) };
    })
    .toSorted((a, b) => b.questions.length - a.questions.length);
};

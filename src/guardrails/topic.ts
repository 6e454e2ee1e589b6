/** What people may, or may not, ask about, told by examples in their own words. */
export interface Topic {
  readonly name: string;
  readonly examples: readonly string[];
}

export interface TopicRules {
  /** Where there are any, everything else is foreign. */
  readonly allow: readonly Topic[];
  readonly deny: readonly Topic[];
}

/** `unsure` leaves it to the model, whose prompt tells what it is there for. */
export type TopicVerdict =
  | { readonly kind: 'allowed' | 'unsure' | 'foreign' }
  | { readonly kind: 'denied'; readonly topic: string };

export interface TopicParts {
  /** One vector of length 1 for each text; null where the texts are in a language that it does not know. */
  readonly embed: (texts: readonly string[]) => Promise<readonly (readonly number[])[] | null>;
  /** The words of a text that carry meaning. */
  readonly terms: (text: string) => readonly string[];
}

/** Nobody is turned away for being polite, or for asking whom they talk to. */
const smallTalk = [
  'hello',
  'hi there, good morning',
  'thank you very much',
  'thanks, that helped',
  'how are you',
  'who are you',
  'are you a bot or a person',
  'what can you help me with',
  'goodbye, have a nice day',
  'yes please',
  'no, that is all',
];

const nearest = 3;
/** How much shared words say beside the meaning. */
const wordsWeight = 0.1;
/**
 * Cosines of the embedded encoder. Measured with ten examples for each of 77 banking questions: of what was asked about them 2 %
 * lay below 0.62, and of what was asked about other things 90 %; `npm run eval -- topics` shows it.
 */
const foreignBelow = 0.6;
const allowedFrom = 0.74;
const deniedFrom = 0.78;
/** Fewer words than this say too little to be foreign: "and for children?" */
const termsMin = 2;

interface Example {
  readonly topic: string;
  readonly vector: readonly number[];
  readonly terms: ReadonlySet<string>;
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

/** Tells by likeness to examples whether a question is one of the organization's; examples are read once. */
export const createTopics = ({ allow, deny }: TopicRules, { embed, terms }: TopicParts) => {
  const read = async (topics: readonly Topic[]): Promise<Example[]> => {
    const all = topics.flatMap(({ name, examples }) => examples.map((text) => ({ name, text })));
    const vectors = all.length === 0 ? [] : await embed(all.map(({ text }) => text));
    return all.flatMap(({ name, text }, index) => {
      const vector = vectors?.[index];
      return vector ? [{ topic: name, vector, terms: new Set(terms(text)) }] : [];
    });
  };
  const isOpen = allow.length === 0;
  let reading: Promise<{ allowed: Example[]; denied: Example[] }> | null = null;
  const examples = () =>
    (reading ??= Promise.all([
      isOpen ? [] : read([...allow, { name: 'small talk', examples: smallTalk }]),
      read(deny),
    ]).then(([allowed, denied]) => ({ allowed, denied })));

  const likeness = (known: readonly Example[], vector: readonly number[], own: readonly string[]) => {
    const scored = known
      .map((example) => ({
        topic: example.topic,
        score:
          dot(example.vector, vector) +
          wordsWeight * (own.filter((term) => example.terms.has(term)).length / Math.max(1, own.length)),
      }))
      .toSorted((one, other) => other.score - one.score)
      .slice(0, nearest);
    const score = scored.reduce((sum, one) => sum + one.score, 0) / Math.max(1, scored.length);
    return { topic: scored[0]?.topic ?? '', score };
  };

  return async (question: string): Promise<TopicVerdict> => {
    if (isOpen && deny.length === 0) return { kind: 'allowed' };
    const [vector] = (await embed([question])) ?? [];
    if (!vector) return { kind: 'unsure' };
    const own = [...new Set(terms(question))];
    const { allowed, denied } = await examples();
    const wanted = likeness(allowed, vector, own);
    const unwanted = likeness(denied, vector, own);
    if (unwanted.score >= deniedFrom && unwanted.score > wanted.score) return { kind: 'denied', topic: unwanted.topic };
    if (isOpen || wanted.score >= allowedFrom) return { kind: 'allowed' };
    return { kind: wanted.score < foreignBelow && own.length >= termsMin ? 'foreign' : 'unsure' };
  };
};

export type Topics = ReturnType<typeof createTopics>;

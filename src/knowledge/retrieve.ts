import type { Passage, Reader, Wanted } from '#core/knowledge.ts';
import type { Recalled, Retrieved } from '#core/turn.ts';
import type { Embedder } from './embed.ts';
import { fusion } from './fuse.ts';
import { mayBeIn } from './language.ts';
import type { KnowledgeRepository } from './repository.ts';
import type { Rerank } from './rerank.ts';
import { standAlone } from './stand-alone.ts';
import { termDimension, terms } from './terms.ts';

export interface RetrieveParts {
  readonly repository: KnowledgeRepository;
  readonly embedder: Embedder | null;
  /** Told when the embedder fails; the words alone then decide. */
  readonly onEmbedderError?: (error: unknown) => void;
  /** Looks again at what was found first. */
  readonly rerank?: Rerank | null;
  /** Told when that fails; the order stays as it was. */
  readonly onRerankerError?: (error: unknown) => void;
}

/** The passages that may answer a question, best first; `score` is between 0 and 1 and only orders one answer. */
export type Retrieve = (
  question: string,
  options: { readonly limit: number; readonly reader?: Reader },
) => Promise<readonly Passage[]>;

/** Sees what everyone may see. */
export const anyone: Reader = { organization: '', audiences: [] };

/** Each ranking goes deeper than the answer, for a passage that both know but neither puts first. */
const depthMin = 50;
/** Compared in a few milliseconds. Of the ten best among 20,000 passages, `bench -- retrieval` tells how many are among them. */
const candidatesMax = 4000;
/** Passages that are looked at again, for each that is wanted. */
const rerankedShare = 4;
const questionLengthMax = 2000;

/** What of a question is searched for. */
export const toAsked = (question: string): string => question.slice(0, questionLengthMax).trim();

export function createRetrieve(parts: RetrieveParts): Retrieve {
  const { repository, embedder, onEmbedderError, rerank, onRerankerError } = parts;
  const embed = async (question: string): Promise<Wanted['embedding']> => {
    // In a language it does not know an embedder's nearest passages are noise, and worse than none.
    if (embedder === null || !mayBeIn(embedder.languages, question)) return null;
    const embeddings = await embedder.embed([question], 'query').catch((error: unknown) => onEmbedderError?.(error));
    return embeddings?.[0] ? { vector: embeddings[0], by: embedder.name } : null;
  };

  return async (question, { limit, reader = anyone }) => {
    const asked = toAsked(question);
    if (asked === '' || limit < 1) return [];
    const own = [...new Set(terms(asked))].map((term) => ({ term, dimension: termDimension(term) }));
    const embedding = await embed(asked);
    if (own.length === 0 && embedding === null) return [];
    const looked = rerank ? limit * rerankedShare : limit;
    const found = await repository.search({
      terms: own,
      embedding,
      reader,
      depth: Math.max(depthMin, looked),
      candidatesMax,
      limit: looked,
      fusion,
    });
    if (!rerank) return found;
    const ordered = await rerank(asked, found).catch((error: unknown) => {
      onRerankerError?.(error);
      return null;
    });
    return (ordered ?? found).slice(0, limit);
  };
}

export interface RetrieveStageParts {
  readonly find: Retrieve;
  readonly passagesMax: number;
  /** Whom the people of a channel belong to. */
  readonly audiencesOf: (channel: string) => readonly string[];
}

/** The passages for the question of a turn, of those that this person may be answered from. */
export const retrieve =
  ({ find, passagesMax, audiencesOf }: RetrieveStageParts) =>
  async (turn: Recalled): Promise<Retrieved> => {
    const asked = standAlone(turn.question, turn.recent);
    const reader = { organization: turn.owner.organization, audiences: audiencesOf(turn.channel) };
    return { ...turn, asked, passages: await find(asked, { limit: passagesMax, reader }) };
  };

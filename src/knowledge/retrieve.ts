import type { Passage, Reader } from '#core/knowledge.ts';
import type { Recalled, Retrieved } from '#core/turn.ts';
import type { Embedder } from './embed.ts';
import { fusion } from './fuse.ts';
import { mayBeIn } from './language.ts';
import type { KnowledgeRepository } from './repository.ts';
import { standAlone } from './stand-alone.ts';
import { termDimension, terms } from './terms.ts';

export interface RetrieveParts {
  readonly repository: KnowledgeRepository;
  readonly embedder: Embedder | null;
  /** Told when the embedder fails; the words alone then decide. */
  readonly onEmbedderError?: (error: unknown) => void;
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
const questionLengthMax = 2000;

/** What of a question is searched for. */
export const toAsked = (question: string): string => question.slice(0, questionLengthMax).trim();

export function createRetrieve({ repository, embedder, onEmbedderError }: RetrieveParts): Retrieve {
  const embed = async (question: string): Promise<readonly number[] | null> => {
    // In a language it does not know an embedder's nearest passages are noise, and worse than none.
    if (embedder === null || !mayBeIn(embedder.languages, question)) return null;
    const embeddings = await embedder.embed([question]).catch((error: unknown) => onEmbedderError?.(error));
    return embeddings?.[0] ?? null;
  };

  return async (question, { limit, reader = anyone }) => {
    const asked = toAsked(question);
    if (asked === '' || limit < 1) return [];
    const own = [...new Set(terms(asked))].map((term) => ({ term, dimension: termDimension(term) }));
    const embedding = await embed(asked);
    if (own.length === 0 && embedding === null) return [];
    return repository.search({ terms: own, embedding, reader, depth: Math.max(depthMin, limit), limit, fusion });
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

import { ModelError } from '#core/errors.ts';
import { isStopped, type Model, type ModelAnswer, type ModelRequest, type ModelStream } from '#core/model.ts';

import type { Breaker } from './breaker.ts';

export interface Link {
  readonly model: Model;
  readonly breaker: Breaker;
}

export interface ChainSettings {
  /** In the order in which they are asked. */
  readonly links: readonly [Link, ...Link[]];
  /** Answers where none of them does and nobody will ask again; never asked for a summary. */
  readonly last: Model;
  /** Where the first words take longer, the next one is asked as well, and whoever is first answers; 0 never does. */
  readonly hedgeMs: number;
}

type Step = IteratorResult<string, ModelAnswer>;

/** A model that was asked and has not said its first words yet. */
interface Attempt {
  readonly link: Link;
  readonly stream: ModelStream;
  /** Never rejects. */
  readonly first: Promise<
    { readonly attempt: Attempt; readonly step: Step } | { readonly attempt: Attempt; readonly error: unknown }
  >;
  /** Lets it go. */
  leave(): void;
}

/** Whether a failure tells of the provider, and not of what was asked of it. */
const isProviders = (error: unknown): boolean =>
  !(error instanceof ModelError) || (error.reason !== 'invalid' && error.reason !== 'refused');

const begin = (link: Link, request: ModelRequest, signal: AbortSignal): Attempt => {
  const own = new AbortController();
  const stream = link.model.answer(request, AbortSignal.any([signal, own.signal]));
  const first: Attempt['first'] = stream.next().then(
    (step) => ({ attempt, step }),
    (error: unknown) => ({ attempt, error }),
  );
  const attempt: Attempt = {
    link,
    stream,
    first,
    leave: () => {
      own.abort();
      link.breaker.left();
      void first.then(() => stream.return(undefined as never)).catch(() => undefined);
    },
  };
  return attempt;
};

/** What is rung when it takes too long. */
const createBell = (afterMs: number) => {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), afterMs);
  return { rung: promise, [Symbol.dispose]: () => clearTimeout(timer) };
};

const createRace = ({ links, hedgeMs }: ChainSettings, request: ModelRequest, signal: AbortSignal) => {
  const waiting = [
    ...links.filter(({ breaker }) => !breaker.isShaky),
    ...links.filter(({ breaker }) => breaker.isShaky),
  ];
  const running = new Set<Attempt>();
  let lastError: unknown = null;

  const askNext = (): boolean => {
    for (let link = waiting.shift(); link; link = waiting.shift())
      if (link.breaker.take()) {
        running.add(begin(link, request, signal));
        return true;
      }
    return false;
  };

  const nextWord = async () => {
    const words = [...running].map(({ first }) => first);
    if (hedgeMs === 0 || running.size > 1 || waiting.length === 0) return Promise.race(words);
    using bell = createBell(hedgeMs);
    return Promise.race([...words, bell.rung]);
  };

  return {
    error: () => lastError,
    leaveAll: () => {
      for (const attempt of running) attempt.leave();
      running.clear();
    },
    /** Whoever has its first words first; null where nobody has any. */
    winner: async (): Promise<{ readonly attempt: Attempt; readonly step: Step } | null> => {
      while (running.size > 0 || askNext()) {
        const word = await nextWord();
        if (word === 'late') {
          askNext();
          continue;
        }
        running.delete(word.attempt);
        if ('step' in word) return word;
        const { breaker } = word.attempt.link;
        if (signal.aborted || !isProviders(word.error)) breaker.left();
        else breaker.failed();
        lastError = word.error;
        if (signal.aborted) return null;
      }
      return null;
    },
  };
};

/** The rest of an answer that has begun: from here on nobody else may answer in this try. */
async function* goOn({ link, stream }: Attempt, begun: Step, signal: AbortSignal): ModelStream {
  let step = begun;
  let isSettled = false;
  try {
    for (; !step.done; step = await stream.next()) yield step.value;
    link.breaker.succeeded();
    isSettled = true;
    return step.value;
  } catch (error) {
    if (!signal.aborted && isProviders(error)) {
      link.breaker.failed();
      isSettled = true;
    }
    throw error;
  } finally {
    if (!isSettled) link.breaker.left();
    if (!step.done) await stream.return(undefined as never);
  }
}

/**
 * The first model that answers. One that fails before its first words is passed over at once. One that breaks off later fails the
 * try, so that no two answers are mixed: in the next try it is asked after the others. Where none answers, quotes do, once it is
 * sure that nobody else will.
 */
export const createChain = (settings: ChainSettings): Model => {
  const { links, last } = settings;
  const { name, reads } = links[0].model;
  return {
    name,
    extractive: false,
    reads,
    answer: async function* (request: ModelRequest, signal: AbortSignal) {
      const race = createRace(settings, request, signal);
      try {
        const won = await race.winner();
        race.leaveAll();
        if (won) return yield* goOn(won.attempt, won.step, signal);
      } finally {
        race.leaveAll();
      }
      const error = race.error();
      if (isStopped(signal)) throw error;
      // Nobody was asked, or asking again would end the same.
      const isHopeless = error === null || !isProviders(error);
      if (request.payer.purpose === 'answer' && !signal.aborted && (request.isLastTry || isHopeless))
        return yield* last.answer(request, signal);
      throw error ?? new ModelError(name, 'unavailable');
    },
  };
};

import { LangfuseClient } from '@langfuse/client';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider, startObservation } from '@langfuse/tracing';
import { NodeTracerProvider, RandomIdGenerator } from '@opentelemetry/sdk-trace-node';

import { nameOf } from '#core/errors.ts';
import { given } from '#core/given.ts';

import type { ModelAnswer } from '#core/model.ts';
import type { Observe } from '#core/stage.ts';
import type { CheckedText, GuardedText } from '#core/turn.ts';

/** The words of a turn as they may leave the house: the question guarded, the answer checked and not yet restored. */
export interface TracedWords {
  readonly question: GuardedText;
  readonly answer: CheckedText;
  readonly by: ModelAnswer;
  /** The name, version and hash of the prompt; null where there was none. */
  readonly prompt: string | null;
}

export interface TurnTrace {
  readonly observe: Observe;
  end(outcome: string, words?: TracedWords): void;
}

export interface TracedTurn {
  readonly id: string;
  readonly organization: string;
  readonly person: string;
  readonly conversation: string;
  readonly channel: string;
}

export interface Traces {
  begin(turn: TracedTurn): TurnTrace;
  /** Scores the trace of a turn by what the person thinks of the answer; null takes the score back. */
  judge(turn: string, rating: 'good' | 'bad' | null): void;
  /** Scores the trace of the last answer of a conversation by how the person found that their case was handled, from 1 to 5. */
  rate(turn: string, score: number): void;
  /** Sends what is left, within the bound. */
  stop(timeoutMs: number): Promise<void>;
}

const silent: Traces = {
  begin: () => ({ observe: (_stage, work) => work(), end: () => undefined }),
  judge: () => undefined,
  rate: () => undefined,
  stop: async () => undefined,
};

export interface TraceSettings {
  readonly publicKey?: string;
  readonly secretKey?: string;
  readonly baseUrl?: string;
}

/** From the first stage that pulls the draft to the last: the draft is made as it is delivered. */
const generation = { begins: 'generate', ends: 'deliver' };

/** A turn's id is a trace's as well, so that what is told of the turn later finds its trace. */
const toTraceId = (turn: string): string => turn.replaceAll('-', '');

const createIds = () => {
  const random = new RandomIdGenerator();
  let wanted: string | null = null;
  return {
    /** The next trace has this id. */
    want: (id: string): void => void (wanted = id),
    generateTraceId: (): string => {
      const id = wanted ?? random.generateTraceId();
      wanted = null;
      return id;
    },
    generateSpanId: (): string => random.generateSpanId(),
  };
};

const beginTurn = ({ id, organization, person, conversation, channel }: TracedTurn): TurnTrace => {
  const root = startObservation('turn', { metadata: { turn: id, organization, channel } });
  root.otelSpan.setAttribute('session.id', conversation);
  root.otelSpan.setAttribute('user.id', person);
  const times = new Map<string, Date>();
  return {
    observe: async (stage, work) => {
      const observation = root.startObservation(stage);
      if (stage === generation.begins) times.set('begins', new Date());
      try {
        return await work();
      } catch (error) {
        observation.update({ level: 'ERROR', statusMessage: nameOf(error) });
        throw error;
      } finally {
        if (stage === generation.ends) times.set('ends', new Date());
        observation.end();
      }
    },
    end: (outcome, words) => {
      if (words) {
        const { question, answer, by, prompt } = words;
        const startTime = times.get('begins') ?? new Date();
        startObservation(
          'answer',
          {
            input: question,
            output: answer,
            model: by.model,
            metadata: given({ prompt: prompt ?? undefined, ...by.signals }),
            usageDetails: {
              input: by.usage.inputTokens,
              output: by.usage.outputTokens,
              cache_read_input_tokens: by.usage.cacheReadTokens,
              cache_creation_input_tokens: by.usage.cacheWriteTokens,
            },
          },
          { asType: 'generation', startTime, parentSpanContext: root.otelSpan.spanContext() },
        ).end(times.get('ends'));
      }
      root.update({ ...(words ? { input: words.question } : {}), output: words ? words.answer : outcome });
      root.otelSpan.setAttribute('langfuse.trace.metadata.outcome', outcome);
      root.end();
    },
  };
};

/**
 * One Langfuse trace per turn with an observation per stage and one for the answer: guarded words only, and no personal data.
 * Sent in the background in batches, so a slow Langfuse delays nothing; off when no keys are set.
 */
export const openTraces = ({ publicKey, secretKey, baseUrl }: TraceSettings): Traces => {
  if (!publicKey || !secretKey) return silent;
  const processor = new LangfuseSpanProcessor({
    publicKey,
    secretKey,
    ...(baseUrl ? { baseUrl } : {}),
    timeout: 5,
    exportMode: 'batched',
  });
  const ids = createIds();
  const provider = new NodeTracerProvider({ spanProcessors: [processor], idGenerator: ids });
  const client = new LangfuseClient({ publicKey, secretKey, ...(baseUrl ? { baseUrl } : {}), timeout: 5 });
  setLangfuseTracerProvider(provider);
  return {
    begin: (turn) => {
      ids.want(toTraceId(turn.id));
      return beginTurn(turn);
    },
    judge: (turn, rating) => {
      const id = `${turn}-feedback`;
      if (rating === null) void client.api.legacy.scoreV1.delete(id).catch(() => undefined);
      else client.score.create({ id, traceId: toTraceId(turn), name: 'feedback', value: rating === 'good' ? 1 : 0 });
    },
    rate: (turn, score) =>
      client.score.create({ id: `${turn}-csat`, traceId: toTraceId(turn), name: 'csat', value: score }),
    stop: (timeoutMs) =>
      Promise.race([
        Promise.all([provider.shutdown(), client.shutdown()]).then(
          () => undefined,
          () => undefined,
        ),
        new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]),
  };
};

import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider, startObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

import type { Observe } from '#core/stage.ts';

export interface TurnTrace {
  readonly observe: Observe;
  end(outcome: string): void;
}

export interface Traces {
  begin(turn: { id: string; conversation: string; channel: string }): TurnTrace;
  /** Sends what is left, within the bound. */
  stop(timeoutMs: number): Promise<void>;
}

const silent: Traces = {
  begin: () => ({ observe: (_stage, work) => work(), end: () => undefined }),
  stop: async () => undefined,
};

export interface TraceSettings {
  readonly publicKey?: string;
  readonly secretKey?: string;
  readonly baseUrl?: string;
}

/**
 * One Langfuse trace per turn with an observation per stage: names, times and codes, no words of anybody.
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
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  setLangfuseTracerProvider(provider);
  return {
    begin: ({ id, conversation, channel }) => {
      const turn = startObservation('turn', { metadata: { turn: id, conversation, channel } });
      turn.otelSpan.setAttribute('session.id', conversation);
      return {
        observe: async (stage, work) => {
          const observation = turn.startObservation(stage);
          try {
            return await work();
          } catch (error) {
            observation.update({ level: 'ERROR', statusMessage: error instanceof Error ? error.name : 'unknown' });
            throw error;
          } finally {
            observation.end();
          }
        },
        end: (outcome) => {
          turn.update({ output: outcome });
          turn.end();
        },
      };
    },
    stop: (timeoutMs) =>
      Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]),
  };
};

import { Counter, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  readonly events: (channel: string, outcome: string) => void;
  readonly refused: (channel: string, reason: string) => void;
  readonly turns: (channel: string, outcome: string) => void;
  readonly firstText: (channel: string, afterMs: number) => void;
  readonly feedback: (channel: string, rating: string) => void;
  readonly ratings: (channel: string, score: string) => void;
  readonly guardrails: (rule: string, action: string) => void;
  readonly failedSends: (channel: string, code: string) => void;
  readonly modelCalls: (model: string, outcome: string, costMicros: number) => void;
  readonly breakers: (model: string, state: string) => void;
}

/** Counts and durations for Prometheus: labels are codes of ours, never anything a person wrote. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const counter = (name: string, help: string, labelNames: readonly [string, string]) => {
    const made = new Counter({ name, help, labelNames, registers: [registry] });
    return (first: string, second: string): void => made.inc({ [labelNames[0]]: first, [labelNames[1]]: second });
  };
  const firstText = new Histogram({
    name: 'firstline_first_text_seconds',
    help: 'From the start of delivery to the first visible words.',
    labelNames: ['channel'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const modelCalls = counter('firstline_model_calls_total', 'Calls of language models by how they ended.', [
    'model',
    'outcome',
  ]);
  const modelCost = new Counter({
    name: 'firstline_model_cost_dollars_total',
    help: 'What language models cost by the price table.',
    labelNames: ['model'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    events: counter('firstline_events_total', 'Platform events by what became of them.', ['channel', 'outcome']),
    refused: counter('firstline_refused_total', 'Requests that were not let in.', ['channel', 'reason']),
    turns: counter('firstline_turns_total', 'Turns by how they ended.', ['channel', 'outcome']),
    feedback: counter('firstline_feedback_total', 'What people think of our answers.', ['channel', 'rating']),
    ratings: counter('firstline_ratings_total', 'How people found that their case was handled, 1 to 5.', [
      'channel',
      'score',
    ]),
    guardrails: counter('firstline_guardrails_total', 'Rules of the guardrails that fired.', ['rule', 'action']),
    failedSends: counter('firstline_failed_sends_total', 'Messages that could not be sent.', ['channel', 'code']),
    modelCalls: (model, outcome, costMicros) => {
      modelCalls(model, outcome);
      modelCost.inc({ model }, costMicros / 1_000_000);
    },
    breakers: counter(
      'firstline_model_breaker_changes_total',
      'Models that were given up for a while, or asked again.',
      ['model', 'state'],
    ),
    firstText: (channel, afterMs) => firstText.observe({ channel }, afterMs / 1000),
  };
};

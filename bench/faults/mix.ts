import type { FaultRule, FaultScript, ServerName } from '#lab/faults/script.ts';

/** What goes wrong with calls to a platform that write a message; the shares are of one call. */
const calls = (server: ServerName, method: string): FaultRule[] => [
  { server, method, fault: 'rate_limit', probability: 0.02, retryAfterSeconds: 1 },
  { server, method, fault: 'error', status: 503, probability: 0.02 },
  { server, method, fault: 'error', status: 500, probability: 0.01 },
  { server, method, fault: 'applied_then_error', status: 503, probability: 0.015 },
  { server, method, fault: 'applied_then_cut', probability: 0.015 },
  { server, method, fault: 'cut', probability: 0.015 },
  { server, method, fault: 'delay', ms: 1500, probability: 0.03 },
];

const deliveries = (server: ServerName): FaultRule[] => [
  { server, method: 'events/**', fault: 'duplicate', copies: 1, probability: 0.05 },
  { server, method: 'events/**', fault: 'duplicate', copies: 3, probability: 0.02 },
  { server, method: 'events/**', fault: 'delay', ms: 1000, probability: 0.03 },
  { server, method: 'events/**', fault: 'reorder', heldMs: 1500, probability: 0.02 },
];

const rules: readonly FaultRule[] = [
  ...calls('slack', '**'),
  ...deliveries('slack'),
  ...calls('teams', 'conversations/**'),
  ...deliveries('teams'),
  { server: 'teams', method: '**', fault: 'redeliver_new_id', probability: 0.05 },
  ...calls('discord', '/channels/**'),
  { server: 'discord', fault: 'reconnect', probability: 0.004 },
  { server: 'discord', fault: 'invalid_session', resumable: true, probability: 0.002 },
  { server: 'discord', fault: 'invalid_session', resumable: false, probability: 0.002 },
  { server: 'discord', fault: 'drop', probability: 0.004 },
  ...calls('twilio', 'Messages.*'),
  ...deliveries('twilio'),
  { server: 'anthropic', fault: 'rate_limit', probability: 0.03, retryAfterSeconds: 1 },
  { server: 'anthropic', fault: 'overloaded', probability: 0.03 },
  { server: 'anthropic', fault: 'cut', probability: 0.01 },
  { server: 'anthropic', fault: 'mid_stream_error', afterChars: 150, probability: 0.01 },
  { server: 'anthropic', fault: 'cut_stream', afterChars: 250, probability: 0.01 },
  { server: 'anthropic', fault: 'stall', afterChars: 200, probability: 0.004 },
];

/** Everything that can go wrong, on every platform at once; `scale` 0 is a calm day. */
export const faultMix = (seed: number, scale: number): FaultScript => ({
  seed,
  rules: rules.map((rule) => ({ ...rule, probability: Math.min(1, (rule.probability ?? 1) * scale) })),
});

import type { InboundLife, LedgerEntry, OutboundLife, TurnLife } from '#store/lives.ts';

export interface TimelineStep {
  readonly at: Date;
  /** Whose step it is: `in 12`, a turn's beginning, an outbox key. */
  readonly subject: string;
  readonly step: string;
  readonly detail: string;
}

export interface Lives {
  readonly inbound: readonly InboundLife[];
  readonly turns: readonly TurnLife[];
  readonly outbound: readonly (OutboundLife & { readonly platformId: string | null })[];
  readonly ledger: readonly LedgerEntry[];
}

const short = (id: string): string => id.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}/, '$1');

type Found = readonly [Date | null, string, string?];

const steps = (subject: string, found: readonly Found[]): TimelineStep[] =>
  found.flatMap(([at, step, detail = '']) => (at ? [{ at, subject, step, detail }] : []));

const ofInbound = (life: InboundLife): TimelineStep[] =>
  steps(`in ${life.position}`, [
    [life.receivedAt, 'received', life.channel],
    [life.receivedAt, 'queued', 'with the same commit'],
    [life.startedAt, 'started'],
    [life.doneAt, 'answered', life.turn ? `turn ${short(life.turn)}` : ''],
  ]);

/** Read, with what of it came from the provider's cache, and written; and what that cost. */
const toTokens = ({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costMicros }: TurnLife): string => {
  const read = inputTokens + cacheReadTokens + cacheWriteTokens;
  const cached = cacheReadTokens === 0 ? '' : ` (${cacheReadTokens} cached)`;
  const cost = costMicros === 0 ? '' : `, $${(costMicros / 1_000_000).toFixed(6)}`;
  return `${read}${cached} + ${outputTokens} tokens${cost}`;
};

const ofTurn = (life: TurnLife): TimelineStep[] =>
  steps(`turn ${short(life.id)}`, [
    [life.startedAt, 'started'],
    [life.guardedAt, 'guarded', 'first words passed the output guard'],
    [life.generatedAt, 'generated', life.model ? `${life.model}, ${toTokens(life)}` : ''],
    [life.finishedAt, 'finished', life.outcome],
  ]);

const ofOutbound = (life: Lives['outbound'][number]): TimelineStep[] =>
  steps(`out ${short(life.key)}`, [
    [life.createdAt, 'queued', life.channel],
    [life.shownAt, 'sent', life.platformId ?? ''],
    [life.editedAt, 'edited', `${life.edits} times, last`],
    [life.sentAt, 'finished', 'the platform has it whole'],
    [life.endedAt, life.state, life.failure ?? ''],
    [life.state === 'due' ? life.dueAt : null, 'due', life.failure ?? ''],
  ]);

/** Everything that is known of a conversation's messages, in the order of time. No words of anybody. */
export const toTimeline = ({ inbound, turns, outbound, ledger }: Lives): TimelineStep[] =>
  [
    ...inbound.flatMap(ofInbound),
    ...turns.flatMap(ofTurn),
    ...outbound.flatMap(ofOutbound),
    ...ledger.map((entry) => ({
      at: entry.at,
      subject: short(entry.subject),
      step: entry.step,
      detail: entry.code ?? '',
    })),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());

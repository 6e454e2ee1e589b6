import type { ModelMessage } from '#core/model.ts';
import type { Summary, SummaryChange } from '#core/summary.ts';
import { emptySummary } from '#core/summary.ts';
import type { ConversationRef, GuardedText, Recorded, Summarized } from '#core/turn.ts';
import { findConversation, saveSummary } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';
import { fingerprintOf, recalledUpTo } from '#store/recalled.ts';

import { type MergeBounds, mergeSummary, readSummary, writeSummary } from './summary.ts';

export interface SummarizeParts {
  readonly store: Store;
  /** What messages add to the summary so far. Null where nothing can be told now: it is tried again at a later turn. */
  readonly digest: (
    owner: ConversationRef,
    summary: Summary,
    messages: readonly ModelMessage[],
    signal: AbortSignal,
  ) => Promise<SummaryChange>;
  /** Leaves out of a line what is personal in it and did not stand in these texts. */
  readonly clean: (line: string, sources: readonly string[]) => string;
  /** Tokens of a whole request. */
  readonly budgetTokens: number;
  /** Share of the budget at which folding begins. */
  readonly startShare: number;
  readonly bounds: MergeBounds;
  /** Messages folded at once. */
  readonly messagesMax: number;
  readonly onFailed: (error: unknown) => void;
}

export interface Summarizing {
  readonly summarize: (turn: Recorded) => Promise<Summarized>;
  /** Resolves when nothing is being folded. */
  settled(): Promise<void>;
  /** Folds no more. */
  stop(): void;
}

interface FoldedMessage extends ModelMessage {
  readonly position: number;
}

/** Messages that stay whole whatever comes: what was said last. */
const keptMin = 4;

/** Folds the older half of what is sent whole into the summary, behind the turn: nobody waits for it. */
export const createSummarizing = (parts: SummarizeParts): Summarizing => {
  const { store, digest, clean, budgetTokens, startShare, bounds, messagesMax, onFailed } = parts;
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  const cleanChange = (change: SummaryChange, sources: readonly string[]): SummaryChange => {
    const each = (lines: readonly string[]): string[] => lines.map((line) => clean(line, sources));
    return {
      facts: each(change.facts),
      open: each(change.open),
      promises: each(change.promises),
      decisions: each(change.decisions),
      settled: change.settled,
    };
  };

  /** As many as half of the budget holds, and one at the least. */
  const takeWhole = (messages: readonly FoldedMessage[]): readonly FoldedMessage[] => {
    let tokens = 0;
    const end = messages.findIndex(({ text }) => (tokens += bounds.count(text)) > budgetTokens / 2);
    return end < 0 ? messages : messages.slice(0, Math.max(1, end));
  };

  /** One step; false where nothing is left to fold. */
  const fold = async ({ owner, sealer }: Recorded, through: number): Promise<boolean> => {
    const row = await findConversation(store, owner.conversation);
    if (!row || row.summarizedThrough >= through) return false;
    const before = row.summarizedThrough;
    const rows = await recalledUpTo(store, owner, before, through, messagesMax);
    const messages = takeWhole(
      rows.map((one): FoldedMessage => ({
        position: one.position,
        role: one.speaker === 'customer' ? 'user' : 'assistant',
        text: sealer.open(one.body, 'message') as GuardedText,
      })),
    );
    const last = messages.at(-1)?.position ?? through;
    const fingerprint = await fingerprintOf(store, owner, before, last);
    const old = row.summary ? readSummary(sealer.open(row.summary, 'summary')) : emptySummary;
    const change = await digest(owner, old, messages, stopping.signal);
    const said = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    const sources = [...messages.map(({ text }) => text), writeSummary(old)];
    const merged = mergeSummary(old, cleanChange(change, sources), said, bounds);
    const summary = sealer.seal(writeSummary(merged), 'summary');
    return saveSummary(store, owner, { summary, before, through: last, fingerprint });
  };

  const begin = (turn: Recorded, through: number): void => {
    const { conversation } = turn.owner;
    const work = async (): Promise<void> => {
      try {
        while (!stopping.signal.aborted && (await fold(turn, through)));
      } catch (error) {
        if (!stopping.signal.aborted) onFailed(error);
      } finally {
        running.delete(conversation);
      }
    };
    running.set(conversation, work());
  };

  return {
    summarize: async (turn) => {
      const messages = turn.recent;
      const kept = Math.max(keptMin, Math.floor(messages.length / 2));
      const last = messages.at(-kept - 1);
      const isDue = turn.wantedTokens >= budgetTokens * startShare || turn.hiddenMessages > 0;
      const folds = isDue && last !== undefined && !running.has(turn.owner.conversation);
      if (folds) begin(turn, last.position);
      return { ...turn, folds };
    },
    settled: async () => void (await Promise.all(running.values())),
    stop: () => stopping.abort(),
  };
};

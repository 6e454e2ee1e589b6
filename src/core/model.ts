import { Stopped } from './errors.ts';
import type { Passage } from './knowledge.ts';
import type { GuardedText } from './turn.ts';

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly text: GuardedText;
}

/** A passage as a model is shown it. */
export type QuotedPassage = Pick<Passage, 'id' | 'title' | 'heading' | 'text'>;

/**
 * The passages of one question, between marks that nobody can guess. Later turns repeat them to the byte: what a provider has in
 * its cache costs a tenth.
 */
export interface Quoted {
  readonly mark: string;
  readonly passages: readonly QuotedPassage[];
}

/** A picture that a person sent. */
export interface ModelImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** For whom a model is asked, and what for: whose settings count, and who pays. */
export interface Payer {
  readonly organization: string;
  readonly person: string;
  readonly conversation: string;
  readonly turn: string | null;
  readonly purpose: 'answer' | 'summary';
}

export interface ModelRequest {
  readonly payer: Payer;
  /** Nobody will ask again: whoever can answer at all does. */
  readonly isLastTry: boolean;
  /** Most of the month's budget is used up. */
  readonly isMoneyShort: boolean;
  /** The system prompt, sent in the system role; stable over a conversation, so it can be cached. */
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** Seen with the last message. */
  readonly images: readonly ModelImage[];
  /** What the last message may be answered from; already quoted in it for models that read, used directly by those that quote. */
  readonly passages: readonly Passage[];
  /** The number that each of the passages bears in the messages; an answer cites them by their places from 1 on. */
  readonly numbers: readonly number[];
  readonly question: GuardedText;
  /** The question as it reads without the conversation: what the passages were looked up for. */
  readonly asked: GuardedText;
  readonly maxTokens: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** One call of a provider's model, when it is over. */
export interface ModelCall {
  readonly payer: Payer;
  readonly model: string;
  /** `done`; `stopped` by the person; `left` by its reader; or why it failed. */
  readonly outcome: string;
  readonly usage: Usage;
  /** What the request was thought to be before it was made; null where pictures came with it. */
  readonly estimatedTokens: number | null;
}

export const sentiments = ['happy', 'calm', 'worried', 'upset', 'angry'] as const;
export type Sentiment = (typeof sentiments)[number];

/** What a model noticed while it answered. */
export interface Signals {
  /** What the person wants, in a few English words. */
  readonly intent: string | null;
  readonly sentiment: Sentiment | null;
  /** A person must act or decide. */
  readonly needsHuman: boolean;
  /** The passages that it says it used, by their places from 1 on. */
  readonly cites: readonly number[];
}

export interface ModelAnswer {
  readonly model: string;
  readonly usage: Usage;
  readonly stopReason: 'end' | 'length' | 'refused' | 'stopped';
  /** Absent where the model told none. */
  readonly signals?: Signals;
}

/**
 * Text as it is made; returns what it cost once whole. Throws ModelError. Stops when the signal does: where that is because of
 * Stopped, it ends like an answer that is whole.
 */
export type ModelStream = AsyncGenerator<string, ModelAnswer, void>;

export interface Model {
  readonly name: string;
  /** True where the model quotes passages rather than writing: people are told so. */
  readonly extractive: boolean;
  /** What of the files that a person sends it can use. */
  readonly reads: 'nothing' | 'text' | 'images';
  answer(request: ModelRequest, signal: AbortSignal): ModelStream;
}

/** Whether the person wants no more of what is being written. */
export const isStopped = (signal: AbortSignal): boolean => signal.reason instanceof Stopped;

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

import type { Attachment, Citation, Command, OutboundMessage, Sender, ThreadKey } from './channel.ts';
import type { Passage } from './knowledge.ts';
import type { ModelAnswer, ModelMessage, ModelStream, Quoted } from './model.ts';
import type { ModerationVerdict } from './moderation.ts';
import type { Receipt } from './receipt.ts';
import type { Sealed, Sealer } from './sealed.ts';

/** What a turn carries from stage to stage. Each type adds what its stage made; nothing is optional for being early. */

declare const guarded: unique symbol;
/** Words of a person after the input guardrails: the only ones a model may be given. */
export type GuardedText = string & { readonly [guarded]: true };

declare const checked: unique symbol;
/** Words that passed the output guardrails: the only ones a person may be shown as an answer. */
export type CheckedText = string & { readonly [checked]: true };

export interface ConversationRef {
  readonly organization: string;
  readonly person: string;
  readonly conversation: string;
}

/** One message on its way to a person, by our own name for it. */
export interface Outgoing {
  readonly key: string;
  readonly channel: string;
  readonly thread: ThreadKey;
  readonly message: OutboundMessage;
  /** The key of an earlier message that this one takes the place of. */
  readonly replaces?: string;
  /** The key of an earlier message in whose thread this one goes. */
  readonly follows?: string;
  /** It is not to be sent before. */
  readonly notBefore?: Date;
  /** It waits until the person asks for it. */
  readonly isHeld?: boolean;
}

/** A file on its way from one person of a conversation to another: its address names it by a code that nobody can guess. */
export interface SharedFile {
  readonly codeIndex: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is known of a conversation when a turn begins; nobody else changes it before the turn ends. */
export interface Known {
  readonly summary: Sealed | null;
  /** Position of the last message that the summary holds. */
  readonly summarizedThrough: number;
  /** The personal data that tokens stand for. */
  readonly tokens: Sealed | null;
  readonly hasCase: boolean;
  /** The language that was spoken last. */
  readonly language: string | null;
  /** The kinds of personal data that the person was asked for last. */
  readonly asked: readonly string[];
  /** The person wants to be written to no more. */
  readonly isWithdrawn: boolean;
}

/** A turn as the lane handed it out: whose conversation it is, and what was said. */
export interface Received {
  readonly owner: ConversationRef;
  /** Only the worker that holds this number may show words of this turn, or end it. */
  readonly fence: number;
  /** The inbox rows that this turn answers, in order. */
  readonly positions: readonly number[];
  /** `isFirstTry`: nobody has begun with these messages before, so nothing can have been shown. */
  readonly turn: {
    readonly id: string;
    readonly startedAt: Date;
    readonly isFirstTry: boolean;
    /** There will be no other one, should this fail. */
    readonly isLastTry: boolean;
  };
  readonly known: Known;
  readonly channel: string;
  /** To speak with this person in, as ISO 639-1. */
  readonly language: string;
  readonly thread: ThreadKey;
  readonly sender: Sender;
  readonly sealer: Sealer;
  /** This person has not been told yet that an AI answers here. */
  readonly isFirstContact: boolean;
  /** What they wrote, with the names of files. */
  readonly text: string;
  /** They wrote something, and did not just send files. */
  readonly hasWords: boolean;
  readonly attachments: readonly Attachment[];
  /** Characters of the longest message before it was cut to the limit. */
  readonly longestLength: number;
  /** The person pressed the button that asks for a human. */
  readonly pressedHuman: boolean;
  /** What they asked for by a command, which stands alone in its turn. */
  readonly command: Exclude<Command, 'human'> | null;
  /** How they find that a case of theirs was handled, told by a button. */
  readonly rating: { readonly id: string; readonly score: number } | null;
  /** The turn of the message of ours that they pressed a button of; null for none, or none of this conversation. */
  readonly about: string | null;
  /** Nobody else reads what is said here. */
  readonly isPrivate: boolean;
  /** They came in and have said nothing yet. */
  readonly isOpening: boolean;
  /** They stopped what they had asked before it was begun. */
  readonly isStopped: boolean;
  /** They said whether they want to be written to; what they said last. */
  readonly consent: 'given' | 'withdrawn' | null;
  /** The words are new ones for something said and answered before; empty where it was taken back. */
  readonly isChange: boolean;
  /** Aborted, with Stopped, when the person wants no more of this answer. */
  readonly stopping: AbortController;
  /** More words of this person end the turn, and are answered together with these. */
  readonly mayBeInterrupted: boolean;
}

export interface Opened extends Received {
  readonly opened: true;
}

export interface Obeyed extends Opened {
  readonly obeyed: true;
}

export interface Relayed extends Obeyed {
  /** Nobody else is speaking: the assistant may. */
  readonly voice: 'assistant';
}

/**
 * What of the month's budget is left to an organization: `full`; or it is so little that a smaller model answers, and then in few words;
 * or `none`.
 */
export type Allowance = 'full' | 'smaller' | 'shorter' | 'none';

export interface Admitted extends Relayed {
  readonly allowance: Exclude<Allowance, 'none'>;
}

export interface TextSent {
  readonly name: string;
  readonly text: string;
  /** There was more of it than a turn may hold. */
  readonly isCut: boolean;
}

export interface ImageSent {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface FilesRead extends Admitted {
  readonly texts: readonly TextSent[];
  /** Only where the model sees: what is in a picture cannot be exchanged for tokens. */
  readonly images: readonly ImageSent[];
  /** What the person is told of files that were not read. */
  readonly unread: string | null;
}

/** Words of a file after the input guardrails. */
export interface GuardedFile {
  readonly name: GuardedText;
  readonly text: GuardedText;
}

/** Personal data as tokens, for one conversation. */
export interface PersonalTokens {
  restore(text: string): string;
}

export interface InputGuarded extends FilesRead {
  readonly question: GuardedText;
  readonly files: readonly GuardedFile[];
  readonly tokens: PersonalTokens;
  /** Something tries to command the assistant: no link leaves, and no picture comes in. */
  readonly restricted: boolean;
  /** Asked for while passages are looked up. Never rejects. */
  readonly moderation: Promise<ModerationVerdict>;
}

/** A message of before, with what the model was shown with it, where that may still be in a provider's cache. */
export interface RecalledMessage extends ModelMessage {
  readonly position: number;
  readonly quoted: Quoted | null;
}

export interface Recalled extends InputGuarded {
  /** As a model reads it, with a line for each case that people are done with. */
  readonly summary: string | null;
  /** All that is not in the summary, oldest first. */
  readonly recent: readonly RecalledMessage[];
}

export interface Retrieved extends Recalled {
  /** The question as it reads without the conversation: what the passages were looked up for. */
  readonly asked: GuardedText;
  readonly passages: readonly Passage[];
}

export interface Moderated extends Retrieved {
  readonly moderated: true;
}

export interface OnTopic extends Moderated {
  readonly onTopic: true;
}

export interface Generated extends OnTopic {
  readonly draft: ModelStream;
  /** What the model was shown, for later turns to repeat; null where nothing is cached. */
  readonly quoted: Quoted | null;
  /** Which prompt it is answered by; null for a model that reads none. */
  readonly prompt: string | null;
  /** Tokens of all that there was to say to the model. */
  readonly wantedTokens: number;
  /** Messages of before that it was told of in short, for want of room. */
  readonly hiddenMessages: number;
}

export interface CheckedReply {
  /** May be drained once. Ends early, with `blocked`, when what follows must not be shown. */
  readonly text: AsyncGenerator<CheckedText, ModelAnswer, void>;
  blocked(): 'canary' | null;
  /** The kinds of personal data that were taken out so far, in order. */
  redactions(): readonly string[];
}

export interface OutputGuarded extends Generated {
  readonly reply: CheckedReply;
}

export interface Delivered extends OutputGuarded {
  readonly answer: ModelAnswer;
  readonly shown: {
    readonly text: CheckedText;
    readonly citations: readonly Citation[];
    readonly firstTextMs: number | null;
    /** When the first words had passed the output guard. */
    readonly guardedAt: Date | null;
    /** When the model had written all of it. */
    readonly generatedAt: Date;
  };
}

export interface Escalated extends Delivered {
  readonly opens: CaseDraft | null;
}

export interface Recorded extends Escalated {
  readonly recordedAt: Date;
}

export interface Summarized extends Recorded {
  /** Older messages are being folded into the summary, behind the turn. */
  readonly folds: boolean;
}

/** A case about to be opened: the row and its card come into being with the turn's end, or not at all. */
export interface CaseDraft {
  readonly id: string;
  readonly reason: string;
  readonly channel: string;
  readonly card: OutboundMessage;
  /** What the person is told of how long it may take; empty where nothing is known. */
  readonly wait: string;
  readonly outgoing: readonly Outgoing[];
}

/** How a turn ended: written in one transaction, so that its words, its acts and its being done cannot part. */
export interface TurnEnd extends Pick<
  Received,
  'owner' | 'channel' | 'fence' | 'positions' | 'turn' | 'sealer' | 'mayBeInterrupted' | 'language' | 'known'
> {
  readonly outcome: string;
  /** What goes out tells that an AI answers here: recorded once for the conversation. */
  readonly discloses: boolean;
  /** What was said before it is forgotten. */
  readonly forgets: boolean;
  /** They asked for more of the last answer: its next part goes out. */
  readonly continues: boolean;
  readonly answer: ModelAnswer | null;
  /** What the answer leans on; null where nothing was answered. */
  readonly receipt: Receipt | null;
  /** The documents that it cites. */
  readonly cited: readonly string[];
  /** Something was asked, and there was nothing to lean on. */
  readonly isMissed: boolean;
  readonly quoted: Quoted | null;
  readonly prompt: string | null;
  readonly generatedAt: Date | null;
  readonly guardedAt: Date | null;
  readonly said: readonly { readonly speaker: 'customer' | 'assistant' | 'agent'; readonly text: string }[];
  readonly outgoing: readonly Outgoing[];
  readonly shares: readonly SharedFile[];
  readonly opens: CaseDraft | null;
  /** `takesOver`: from whoever has it. */
  readonly claims: { readonly agent: string; readonly name: string; readonly takesOver: boolean } | null;
  /** Nobody has the case any more. */
  readonly releases: boolean;
  readonly closes: 'returned' | 'resolved' | null;
  /** The system in which the case has a ticket from now on. */
  readonly tickets: string | null;
  /** Keys of what an agent said and takes back before it leaves. */
  readonly undoes: readonly string[];
  /** The case that the person is asked about how it was handled. */
  readonly rates: string | null;
  /** What they answer. */
  readonly rated: { readonly id: string; readonly score: number } | null;
}

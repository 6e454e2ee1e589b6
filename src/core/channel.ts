/**
 * The contract between Firstline and a platform.
 *
 * Terminology:
 * - channel: a medium (slack, teams, discord, sms, web); never a room on a platform
 * - thread: the place on a platform where one conversation happens
 * - delivery key: our own name of one visible message; sending it twice must not show it twice where the platform can tell
 */

declare const threadKey: unique symbol;
/** Opaque outside the channel that made it; may hold a phone number, so it is stored sealed. */
export type ThreadKey = string & { readonly [threadKey]: true };

declare const sentKey: unique symbol;
/** Names one message at its platform. Opaque outside the channel that made it. */
export type SentKey = string & { readonly [sentKey]: true };

export interface Sender {
  /** The platform's id of the person: Slack user, Entra object id, Discord snowflake, E.164 number, visitor id. */
  readonly id: string;
  /** The platform's id of the tenant: Slack team, Entra tenant, Discord guild, our own number, site. */
  readonly organization: string;
  /** The id where the platform has not told a name. */
  readonly displayName: string;
  readonly email?: string;
  readonly locale?: string;
  readonly timezone?: string;
}

interface EventBase {
  readonly channel: string;
  /** The platform's own id of this event; (channel, id) is unique and is what makes a retry a no-op. */
  readonly id: string;
  readonly thread: ThreadKey;
  readonly sender: Sender;
  readonly sentAt: Date;
}

declare const attachmentKey: unique symbol;
/** Where one file is at its platform. Opaque outside the channel that made it; it may hold a secret address, so it is stored sealed. */
export type AttachmentKey = string & { readonly [attachmentKey]: true };

/** A file that came with a message. Nothing of it is trusted: not its name, not its type, not its size. */
export interface Attachment {
  readonly name: string;
  /** As the platform says, such as image/png; empty where it says nothing. */
  readonly mediaType: string;
  /** Bytes; null where the platform does not say. */
  readonly size: number | null;
  readonly key: AttachmentKey;
}

export interface InboundMessage extends EventBase {
  readonly kind: 'message';
  /** CommonMark, the mention of the bot removed. */
  readonly text: string;
  /** Which of two messages of a thread came first where `sentAt` is the same, compared as text; absent where the platform does not say. */
  readonly order?: string;
  readonly setting: 'direct' | 'group';
  /** A direct message, a mention, or a reply in a thread of ours. */
  readonly addressed: boolean;
  /** Said to somebody else: it names or answers another person, and not us. */
  readonly aside?: boolean;
  readonly attachments?: readonly Attachment[];
}

/** What a person can ask for without words, wherever a platform has commands or buttons of its own for it. */
export type Command = 'human' | 'status' | 'forget' | 'why';

/** A button was pressed, with the text it asked for where it asked; or a command was given. */
export interface InboundAction extends EventBase {
  readonly kind: 'action';
  /** A Command, or the id of an Action that we showed. */
  readonly action: string;
  /** The message that holds the button; absent for a command. */
  readonly message?: SentKey;
  readonly text?: string;
}

/** What was said is said otherwise now, or taken back. */
export interface InboundChange {
  readonly kind: 'edited' | 'deleted';
  readonly channel: string;
  /** Of the change, not of what is changed: the same for every delivery of it. */
  readonly id: string;
  /** The `id` of the event that brought what is changed. */
  readonly of: string;
  /** What an edited one says now. */
  readonly text?: string;
  readonly sentAt: Date;
}

/** The person wants no more of the answer that is being written. */
export interface InboundStop extends EventBase {
  readonly kind: 'stopped';
}

/** The person came to talk with us and has not said anything yet: we were installed, or our page was opened. */
export interface InboundOpening extends EventBase {
  readonly kind: 'opened';
}

/** What somebody thinks of a message of ours. */
export interface InboundFeedback extends Omit<EventBase, 'thread'> {
  readonly kind: 'feedback';
  readonly message: SentKey;
  /** Null takes back what was said before. */
  readonly rating: 'good' | 'bad' | null;
  /** In their own words. */
  readonly text?: string;
}

/**
 * The person wants to be written to on this channel no more, or again. What is stored is that they said so, and how: nothing they
 * wrote besides.
 */
export interface InboundConsent extends EventBase {
  readonly kind: 'consent';
  readonly given: boolean;
  /** One word for the record: the keyword, or the platform's code. Never their own words. */
  readonly how: string;
  /** What it is where nothing was withdrawn before: "yes" gives consent again, or answers a question. */
  readonly otherwise?: InboundMessage;
}

/** What became of a message we sent, told by the platform later. */
export interface InboundDelivery {
  readonly kind: 'delivery';
  readonly channel: string;
  readonly id: string;
  readonly message: SentKey;
  readonly status: 'sent' | 'delivered' | 'failed';
  readonly code?: string;
  /** Our own name of the message, where the platform gives it back: it may report before we know its name for it. */
  readonly key?: DeliveryKey;
}

export type InboundEvent =
  | InboundMessage
  | InboundAction
  | InboundChange
  | InboundStop
  | InboundOpening
  | InboundFeedback
  | InboundConsent
  | InboundDelivery;

/**
 * Resolves when the event is stored; a channel acknowledges to its platform only then.
 * `null` is an authentic event that is not for us: it is counted and forgotten.
 */
export type Receive = (event: InboundEvent | null) => Promise<void>;

/** Where a channel may keep things by name, sealed, over restarts and processes: what was written last is what is read. */
export interface Shelf {
  /** Null when nothing was written, or nothing that can be read. */
  read(name: string): Promise<string | null>;
  /** At most 16,384 characters. */
  write(name: string, value: string): Promise<void>;
  forget(name: string): Promise<void>;
  /** Works while no other process does under this name; for no longer than half a minute. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly style?: 'primary' | 'danger';
  /** The button asks for text before it acts; this is the label of the input. */
  readonly asks?: string;
}

export interface Citation {
  /** The number shown in the text as [n]. */
  readonly number: number;
  readonly title: string;
  readonly url?: string;
}

/** A file for a person, which they can have from its address for a while. */
export interface OutboundFile {
  readonly name: string;
  /** By what its bytes are, such as image/png; application/octet-stream for what is not known. */
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly url: string;
}

export interface OutboundMessage {
  /** CommonMark. */
  readonly text: string;
  readonly title?: string;
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  readonly citations?: readonly Citation[];
  readonly actions?: readonly Action[];
  /** What the person may want to say next, as it would be said: at most four, up to 80 characters each. */
  readonly suggestions?: readonly string[];
  /** Whose words these are; absent for Firstline's own notices. The assistant's are marked as an AI's where the platform has a mark. */
  readonly by?: 'assistant' | 'agent';
  /** Comes with the words where the channel takes it; elsewhere the words link to it. */
  readonly file?: OutboundFile;
  /** Nothing is said: what this thread holds at its platform is deleted for good. */
  readonly erases?: boolean;
  /** Asks what the person thinks of it; their answer comes as feedback. */
  readonly asksFeedback?: boolean;
  /** The time in which the platform takes free words of us is over (`freeWordsMs`). */
  readonly isLate?: boolean;
  /** Still growing: more of this message will follow by edit. */
  readonly partial?: boolean;
}

/** What we do while the person waits. */
export type Doing = 'searching' | 'writing';

/** Stable over every retry of one visible message; at most 64 characters of [a-zA-Z0-9:_-]. */
export type DeliveryKey = string;

export interface SentMessage {
  readonly message: SentKey;
  /** The thread that replies to this message arrive in. */
  readonly thread: ThreadKey;
  /** Where people see it, if it has an address of its own. */
  readonly url?: string;
  /** What else the channel has to know to change it. Opaque outside the channel that made it. */
  readonly note?: string;
}

export interface ChannelLimits {
  /** Least time between two edits of one message; Infinity where a sent message cannot change. */
  readonly editIntervalMs: number;
  /** Messages that one answer is shown as at once; the rest waits until the person asks for it. All where absent. */
  readonly partsAtOnce?: number;
}

/** How many calls of one kind a platform takes in one scope: a burst of `size`, then `refillPerMinute`. */
export interface Budget {
  /** Names what is counted together, such as the edits of one workspace. */
  readonly scope: string;
  readonly size: number;
  readonly refillPerMinute: number;
  /** Of a longer time, where the platform counts the same calls over that as well. */
  readonly longer?: Omit<Budget, 'longer'>;
}

export type ChannelHealth = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** An optional method is the capability itself: where it is absent, the platform cannot do it. */
export interface Channel {
  readonly name: string;
  readonly limits: ChannelLimits;
  /** Whether the platform takes this in one message, as this channel would show it in this thread. */
  fits(message: OutboundMessage, thread?: ThreadKey): boolean;
  start(receive: Receive, shelf?: Shelf): Promise<void>;
  stop(): Promise<void>;
  /**
   * A place for this message with nothing in it that stays: by `edit` the message is shown in it once, however often that is tried.
   * Null where there is none: the message is sent. Throws ChannelError, never 'ambiguous'.
   */
  reserve?(thread: ThreadKey, message: OutboundMessage, key: DeliveryKey): Promise<SentMessage | null>;
  /** `bytes` of the file that the message holds, where it does. Throws ChannelError. */
  send(thread: ThreadKey, message: OutboundMessage, key: DeliveryKey, bytes?: Uint8Array): Promise<SentMessage>;
  edit?(sent: SentMessage, message: OutboundMessage): Promise<void>;
  /**
   * Looks at the platform for the message that an interrupted `send` of the same arguments, at `since` or later, may have left there. Where
   * only the words can tell, the newest with these words.
   */
  findSent?(thread: ThreadKey, key: DeliveryKey, since: Date, message: OutboundMessage): Promise<SentMessage | null>;
  /** What a call in this thread is counted against; absent where the platform counts nothing. */
  budget?(thread: ThreadKey, call: 'send' | 'edit'): Budget;
  /**
   * Who this person is, where events name them by nothing but an id; as they were given where the platform does not tell in time.
   * Never rejects.
   */
  acquaint?(sender: Sender): Promise<Sender>;
  /** `about` is the first question of a conversation, for platforms on which one has a title; absent later on. */
  showTyping?(thread: ThreadKey, doing: Doing, about?: string): Promise<void>;
  /** Milliseconds after a person's last message in which they may be written to in free words; null where that is always so. */
  freeWordsMs?(thread: ThreadKey): number | null;
  /** What a code of the platform's means, for people; null for one that says nothing to them. */
  explain?(code: string): string | null;
  /** The file, if it has no more bytes than this. Throws ChannelError, `refused` with the code `too_large` for more. */
  download?(key: AttachmentKey, lengthMax: number): Promise<Uint8Array>;
  /** Whether a message in this thread may hold this file itself; absent where none does. */
  takesFile?(file: OutboundFile, thread: ThreadKey): boolean;
  /** The thread that starts when something is posted in this room; only channels that can hold the desk have it. */
  room?(id: string): ThreadKey;
  /**
   * The thread that starts with a ticket for this person; only ticket systems have it. The id tells people apart and says nothing
   * about them.
   */
  ticket?(requester: { readonly id: string; readonly name: string; readonly email?: string }): ThreadKey;
  /** Mounted at /channels/{name}/…; throws Refused for what must not be let in. */
  webhook?(request: Request): Promise<Response>;
  health?(): Promise<ChannelHealth>;
}

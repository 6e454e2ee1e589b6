import type { FaultScript, ServerName } from './faults/script.ts';

/**
 * What a person sees of one platform: every lab server answers this for its rooms, so one page can draw them all.
 * A pane shows only what the platform itself holds; nothing in it comes from Firstline's own records.
 */

export interface PaneAction {
  readonly id: string;
  readonly label: string;
  readonly style: 'plain' | 'primary' | 'danger';
  /** The button asks for text first (a modal, a dialog, an input in the card); this is the question. */
  readonly asks?: string;
}

export interface PaneMessage {
  /** The platform's own id: Slack `ts`, Teams activity id, Discord snowflake, Twilio sid. */
  readonly id: string;
  /** The id of the message this one answers in a thread, or null at the top level. */
  readonly thread: string | null;
  readonly author: { readonly id: string; readonly name: string; readonly role: 'person' | 'bot' };
  readonly markup: 'mrkdwn' | 'markdown' | 'plain';
  readonly text: string;
  readonly title?: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly actions: readonly PaneAction[];
  readonly edited: boolean;
  /** ISO 8601. */
  readonly sentAt: string;
  /** Delivery state where the platform has one (SMS: queued, sent, delivered, failed). */
  readonly status?: string;
}

export interface PaneView {
  readonly room: string;
  /** A typing indicator or status line now shown, or null. */
  readonly typing: string | null;
  readonly messages: readonly PaneMessage[];
}

export interface Say {
  readonly room: string;
  /** The platform user who writes. */
  readonly user: string;
  readonly text: string;
  /** Write inside the thread of this message. */
  readonly thread?: string;
}

export interface Press {
  readonly room: string;
  readonly user: string;
  readonly message: string;
  readonly action: string;
  /** What the person typed when the button asked for text. */
  readonly text?: string;
}

/** The human end of a lab server: look, write, press. Each act resolves with what the platform told the person. */
export interface Pane {
  view(room: string): PaneView;
  /** Calls the listener with the room after every change there; returns the unsubscribe function. */
  onChange(listener: (room: string) => void): () => void;
  /** Resolves with the platform's id of the new message, once the platform holds it (not once the bot has answered). */
  say(say: Say): Promise<string>;
  press(press: Press): Promise<void>;
}

/** One platform in a box. Runs alone; `state()` is a plain copy of everything it holds, for tests and people. */
export interface LabServer extends AsyncDisposable {
  readonly name: ServerName;
  /** What a client is pointed at, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  state(): unknown;
  /** Switches a fault script on from now, or all faults off; rules for other servers are passed over. Throws when the script is wrong. */
  setFaults(script: FaultScript | null): void;
  /** Calls to the platform so far. */
  calls(): number;
  /** Calls the platform's own limits answered with 429; those a fault script or a test asked for do not count. */
  rateLimited(): number;
  close(): Promise<void>;
}

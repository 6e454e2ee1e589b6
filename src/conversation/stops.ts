import { Stopped } from '#core/errors.ts';

export interface Stops {
  /** Whoever asks to stop in this conversation from now on, after that position, stops what the controller controls. */
  watch(conversation: string, after: number, stopping: AbortController): Disposable;
  ask(conversation: string): void;
}

export interface StopsParts {
  /** Whether somebody asked after this position. */
  readonly wasAsked: (conversation: string, after: number) => Promise<boolean>;
  /** How often it is looked for what was asked in another process. */
  readonly lookMs: number;
}

/**
 * Brings a wish to stop to the answer that is being written: in this process before anything is read from the database, and from
 * another one within a look.
 */
export const createStops = ({ wasAsked, lookMs }: StopsParts): Stops => {
  const watched = new Map<string, AbortController>();
  return {
    watch: (conversation, after, stopping) => {
      watched.set(conversation, stopping);
      // A look that fails is followed by the next; the database's trouble is told elsewhere.
      const look = async (): Promise<void> => {
        if (await wasAsked(conversation, after).catch(() => false)) stopping.abort(new Stopped());
      };
      const timer = setInterval(() => void look(), lookMs);
      timer.unref();
      return {
        [Symbol.dispose]: () => {
          clearInterval(timer);
          if (watched.get(conversation) === stopping) watched.delete(conversation);
        },
      };
    },
    ask: (conversation) => watched.get(conversation)?.abort(new Stopped()),
  };
};

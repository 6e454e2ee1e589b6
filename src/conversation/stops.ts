import { Stopped } from '#core/errors.ts';

export interface Stops {
  /** Whoever asks to stop in this conversation from now on stops what the controller controls. */
  watch(conversation: string, stopping: AbortController): Disposable;
  ask(conversation: string): void;
}

/** Brings a wish to stop to the answer that is being written in this process, before anything is read from the database. */
export const createStops = (): Stops => {
  const watched = new Map<string, AbortController>();
  return {
    watch: (conversation, stopping) => {
      watched.set(conversation, stopping);
      return {
        [Symbol.dispose]: () => {
          if (watched.get(conversation) === stopping) watched.delete(conversation);
        },
      };
    },
    ask: (conversation) => watched.get(conversation)?.abort(new Stopped()),
  };
};

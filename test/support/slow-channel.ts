import type { Channel } from '#core/channel.ts';

export interface SlowChannel extends Channel {
  /** What is sent from now on waits until the returned function is called. */
  hold(): () => void;
}

/** A channel whose platform can be made slow. */
export const createSlowChannel = (channel: Channel): SlowChannel => {
  let gate = Promise.resolve();
  return {
    ...channel,
    send: async (thread, message, key) => {
      await gate;
      return channel.send(thread, message, key);
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
};
